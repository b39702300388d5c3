"""What invented people answer in their own words, and the choices they have."""

DONE = ("Done", "Partly", "Not yet", "I had no chance")
HINDRANCES = ("Time", "My workload", "Nobody to talk it over with", "I changed jobs", "Nothing got in the way")
TALKED = ("In supervision", "In a one-to-one", "In an appraisal", "In a team meeting", "Not yet")
SEEN = ("Some change", "A clear change", "No change yet")
INTENTIONS = (
    "Ring the front door before I fill in a form, and write down what we agreed",
    "Ask to see the child on their own at every visit",
    "Use the screening tool with two families this month",
    "Challenge decisions I do not understand and use the escalation procedure",
    "Write the child’s words into my records, not only mine",
    "Talk about this in our next team meeting",
    "Bring my open cases to supervision with the questions from today",
    "Ask fathers the same questions that I ask mothers",
    "Share what I know with school sooner",
    "Keep a chronology from the first worry",
    "Check who else knows the family before I decide",
    "Stop writing that a child is “hard to reach”",
    "Ask about life online as a matter of course",
    "Find out who my counterpart in health is and ring them",
)
SUGGESTIONS = (
    "More time for the case discussion",
    "The room was cold",
    "Send the slides beforehand",
    "I should have liked to hear more from the police",
    "A shorter version for those who did it three years ago",
    "More people from schools in the groups",
    "Breakout rooms were too short",
    "A local example for younger children",
    "Start at 10, please: school runs",
    "Nothing, it was the best training I have had this year",
)
WHAT_CHANGED = (
    "The child was seen alone and told us what worried her",
    "School and health now meet before the review, and the family tells its story once",
    "A referral was accepted the first time because we had agreed what it should say",
    "The baby’s plan was made before birth",
    "We saw the pattern instead of six single incidents",
    "The young person chose who came to the meeting",
    "A parent got help early and the case was stepped down",
    "The father was part of the plan for the first time",
)
WHAT_SEEN = (
    "Records now hold the child’s own words",
    "Brings clearer questions to supervision",
    "Referrals are shorter and say what is needed",
    "Has led a discussion in the team on what was learned",
    "Challenged a decision in a conference, and rightly",
    "Works with the father as well as the mother",
    "More confident on the telephone with other agencies",
)
