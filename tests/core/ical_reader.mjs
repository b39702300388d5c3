// Reads calendars on standard input, a NUL between them, with ical.js and writes what it understood as JSON: times as
// UTC instants.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const assets = new URL("../../assets/package.json", import.meta.url);
let ical;
try {
  const loaded = createRequire(assets)("ical.js");
  ical = loaded.default ?? loaded;
} catch (error) {
  console.error(`ical.js is not installed; run "make assets". (${error.message})`);
  process.exit(3);
}

const time = (entry, name) => {
  const property = entry.getFirstProperty(name);
  if (!property) return null;
  const value = property.getFirstValue();
  return {
    instant: value.toJSDate().toISOString(),
    zone: value.zone.tzid,
    withRules: value.zone.component !== null && value.zone.component !== undefined,
  };
};

const person = (property) => ({
  address: property.getFirstValue(),
  name: property.getParameter("cn") ?? null,
  role: property.getParameter("role") ?? null,
  status: property.getParameter("partstat") ?? null,
  reply: property.getParameter("rsvp") ?? null,
});

const event = (entry) => ({
  uid: entry.getFirstPropertyValue("uid"),
  sequence: entry.getFirstPropertyValue("sequence"),
  stamp: time(entry, "dtstamp"),
  start: time(entry, "dtstart"),
  end: time(entry, "dtend"),
  status: entry.getFirstPropertyValue("status"),
  transparency: entry.getFirstPropertyValue("transp"),
  summary: entry.getFirstPropertyValue("summary"),
  location: entry.getFirstPropertyValue("location"),
  description: entry.getFirstPropertyValue("description"),
  url: entry.getFirstPropertyValue("url"),
  counter: entry.getFirstPropertyValue("x-microsoft-disallow-counter"),
  organisers: entry.getAllProperties("organizer").map(person),
  attendees: entry.getAllProperties("attendee").map(person),
});

const understood = (text) => {
  const calendar = new ical.Component(ical.parse(text));
  return {
    method: calendar.getFirstPropertyValue("method"),
    name: calendar.getFirstPropertyValue("name"),
    refresh: calendar.getFirstPropertyValue("refresh-interval")?.toString() ?? null,
    events: calendar.getAllSubcomponents("vevent").map(event),
  };
};

console.log(
  JSON.stringify({
    here: Intl.DateTimeFormat().resolvedOptions().timeZone,
    calendars: readFileSync(0, "utf8").split("\0").map(understood),
  }),
);
