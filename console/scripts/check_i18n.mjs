/**
 * Proves that both languages say the same: equal keys, equal placeholders, every key that the code
 * asks for and no other, every word of the server's enumerations, no bare Chinese in a component.
 * The phone page has words of its own, for which the same holds.
 */

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const SOURCE = join(ROOT, "src");
const FIELD = join(SOURCE, "field");
const faults = [];

function flatten(node, path, into) {
  for (const [key, value] of Object.entries(node)) {
    const here = path === "" ? key : `${path}.${key}`;
    if (typeof value === "string") into.set(here, value);
    else flatten(value, here, into);
  }
  return into;
}

const read = (folder, language) =>
  flatten(JSON.parse(readFileSync(join(folder, "i18n", `${language}.json`), "utf8")), "", new Map());
const zh = read(SOURCE, "zh");
const en = read(SOURCE, "en");
const fieldZh = read(FIELD, "zh");
const fieldEn = read(FIELD, "en");
const placeholders = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((it) => it[1]).sort().join();

function compare(zh, en, page) {
  for (const [ours, theirs, name] of [
    [zh, en, "en.json"],
    [en, zh, "zh.json"],
  ])
    for (const key of ours.keys()) if (!theirs.has(key)) faults.push(`${page}${name} lacks ${key}`);
  for (const [key, text] of zh) {
    if (text.trim() === "" || en.get(key)?.trim() === "") faults.push(`${page}${key} is empty`);
    if (en.has(key) && placeholders(text) !== placeholders(en.get(key)))
      faults.push(`${page}${key} has other placeholders in zh and en`);
  }
}
compare(zh, en, "");
compare(fieldZh, fieldEn, "field/");

/** Which prefix of keys speaks each enumeration of the shared language. */
const ENUMERATIONS = {
  "models/alert.py": { Finding: "finding" },
  "models/incident/life.py": { IncidentState: "state", DismissReason: "reason" },
  "models/incident/history.py": { EntryKind: "entry_kind" },
  "models/incident/incident.py": { LinkReason: "link" },
  "models/incident/urgency.py": { Level: "level", UrgencyReason: "urgency_name" },
  "models/crossing.py": { NoCrossing: "parting" },
  "models/observation.py": { ObservationSource: "observed_by" },
  "models/detection.py": { Label: "label" },
  "models/fix.py": { FixOutcome: "outcome", NoFixReason: "no_fix" },
  "models/frame.py": { TimeSource: "time_source", FrameMode: "mode", Provenance: "provenance" },
  "models/land/layers.py": { Layer: "layer" },
  "models/ledger.py": { EntryKind: "entry" },
  "models/suppression.py": { Holder: "holder", Release: "release" },
  "models/mask.py": { MaskKind: "mask_kind" },
  "models/site.py": { CameraKind: "camera_kind" },
  "models/notice/channel.py": {
    ChannelKind: "channel_kind",
    MailSecurity: "mail_security",
    Payload: "payload",
  },
  "models/notice/delivery.py": { DeliveryState: "delivery_state", SkipReason: "skip_reason" },
  "models/notice/occasion.py": { Occasion: "occasion" },
  "api/notices/trouble.py": { Trouble: "notice_trouble" },
  "models/user.py": { Role: "role", TokenScope: "token_scope" },
  "camera_gateway/status.py": { GatewayState: "camera_state" },
  "camera_gateway/truth/judgement.py": { Fault: "trouble" },
  "camera_gateway/probe.py": { Advice: "advice" },
  "models/camera_link.py": { Adapter: "adapter", Decoding: "decoding" },
  "models/condition.py": { Condition: "condition" },
  "models/duty/people.py": { Post: "duty_post", TeamKind: "duty_team" },
  "models/order/life.py": { OrderState: "order_state", Answer: "order_answer" },
  "models/order/clocks.py": { ClockKind: "order_clock", ClockState: "order_clock_says" },
  "models/order/order.py": { OrderEntryKind: "order_entry" },
  "models/handover.py": { HandoverSection: "handover_section" },
  "models/passage.py": { PassageKind: "passage_kind", Way: "passage_way" },
  "models/patrol.py": { PoseTrust: "pose_trust" },
  "models/watching.py": { GapCause: "gap_cause" },
  "camera_gateway/patrol/status.py": { PatrolPhase: "patrol_phase" },
  "models/light.py": { Light: "light" },
  "models/calibration.py": { UnknownWhy: "pose_unknown" },
  "models/flight/imagery.py": { LookGap: "look_gap", AttitudeSource: "attitude_source" },
  "models/imagery.py": { ImageryKind: "imagery_kind", ImageryState: "imagery_state", HitGap: "look_gap" },
  "models/flight/run.py": { RunState: "flight_state", RunCause: "flight_cause", RunReason: "flight_reason" },
  "models/flight/gates.py": { Gate: "flight_gate", GateAnswer: "gate_answer", GateRound: "gate_round" },
  "models/flight/telemetry.py": { FlightPhase: "flight_phase" },
  "models/flight/schedule.py": { Weekday: "weekday", SunEvent: "sun_event" },
  "models/heat_node.py": { FrameState: "frame_state", FrameRefusal: "node_refusal", NodeTrouble: "node_trouble" },
  "models/heat_event.py": { HeatReason: "heat_reason" },
  "models/heat_look.py": { LookState: "heat_look_state", NoFireReason: "heat_none" },
  "models/footage.py": { FootageKind: "footage_kind", Light: "footage_light", Sky: "footage_sky", Season: "footage_season" },
  "models/replay_run.py": { ReplayState: "replay_state" },
  "models/nuisance_digest.py": { NuisanceState: "nuisance_state" },
  "models/footage_library.py": { FootageState: "footage_state", ProposalState: "proposal_state" },
  "models/dual.py": { AgreementRule: "dual_rule", RegistrationSource: "dual_source", RegistrationState: "dual_state", VoteWord: "vote_says" },
};
for (const [file, classes] of Object.entries(ENUMERATIONS)) {
  const text = readFileSync(join(ROOT, "..", file), "utf8");
  for (const [name, prefix] of Object.entries(classes)) {
    const body = text.match(new RegExp(`class ${name}\\(\\w+\\):([\\s\\S]*?)(?=\\n\\S|$(?![\\s\\S]))`));
    const values = [...(body?.[1] ?? "").matchAll(/^ {4}[A-Z][A-Z_0-9]* = (?:"(\w+)"|\d+)/gm)];
    if (values.length === 0) faults.push(`${file} has no enumeration ${name}`);
    for (const value of values) {
      const word = value[1] ?? value[0].trim().split(" ")[0].toLowerCase();
      if (!zh.has(`${prefix}.${word}`)) faults.push(`no words for ${name}.${word} (${prefix}.${word})`);
    }
  }
}

/** What the phone page says of the server's enumerations; a reason is said as the console says it. */
const FIELD_ENUMERATIONS = {
  "models/order/life.py": { OrderState: "state", Answer: "answer" },
  "models/order/clocks.py": { ClockKind: "clock", ClockState: "clock_state" },
};
for (const [file, classes] of Object.entries(FIELD_ENUMERATIONS)) {
  const text = readFileSync(join(ROOT, "..", file), "utf8");
  for (const [name, prefix] of Object.entries(classes)) {
    const body = text.match(new RegExp(`class ${name}\\(\\w+\\):([\\s\\S]*?)(?=\\n\\S|$(?![\\s\\S]))`));
    const words = [...(body?.[1] ?? "").matchAll(/^ {4}[A-Z_]+ = "(\w+)"/gm)].map((it) => it[1]);
    if (words.length === 0) faults.push(`${file} has no enumeration ${name}`);
    for (const word of words)
      if (!fieldZh.has(`${prefix}.${word}`)) faults.push(`field/ no words for ${name}.${word}`);
  }
}
for (const [ours, theirs] of [
  [fieldZh, zh],
  [fieldEn, en],
])
  for (const [key, text] of ours)
    if (key.startsWith("reason.") && theirs.get(key) !== text) faults.push(`field/${key} is not the console's`);

const used = new Set();
const fieldUsed = new Set();
const spoken = new Set();
const fieldSpoken = new Set();
const prefixes = [];
const fieldPrefixes = [];
for (const entry of readdirSync(SOURCE, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !/\.(vue|ts)$/.test(entry.name)) continue;
  const path = join(entry.parentPath ?? entry.path, entry.name);
  const text = readFileSync(path, "utf8");
  const isField = path.startsWith(join(FIELD, "/"));
  for (const [, key] of text.matchAll(/(?<![\w.])t\(\s*["']([\w.]+)["']/g)) {
    (isField ? fieldUsed : used).add(key);
    if (!(isField ? fieldZh : zh).has(key)) faults.push(`${entry.name} asks for ${key}, which no language has`);
  }
  for (const [, key] of text.matchAll(/["']([a-z_]+\.[\w.]+)["']/g)) (isField ? fieldSpoken : spoken).add(key);
  for (const [, prefix] of text.matchAll(/`([a-z_]+\.[\w.]*)\$\{/g)) (isField ? fieldPrefixes : prefixes).push(prefix);
  if (entry.name.endsWith(".vue") && /[\u4e00-\u9fff]/.test(text))
    faults.push(`${entry.name} holds bare Chinese: move it into the language files`);
}

for (const key of zh.keys())
  if (!spoken.has(key) && !prefixes.some((prefix) => key.startsWith(prefix)))
    faults.push(`nobody asks for ${key}`);
for (const key of fieldZh.keys())
  if (!fieldSpoken.has(key) && !fieldPrefixes.some((prefix) => key.startsWith(prefix)))
    faults.push(`field/ nobody asks for ${key}`);

if (faults.length > 0) {
  console.error(faults.join("\n"));
  process.exit(1);
}
console.log(
  `i18n: ${zh.size} keys in both languages, ${used.size} asked for; ${fieldZh.size} and ${fieldUsed.size} of the phone page`,
);
