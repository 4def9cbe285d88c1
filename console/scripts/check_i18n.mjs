/**
 * Proves that both languages say the same: equal keys, equal placeholders, every key that the code
 * asks for and no other, every word of the server's enumerations, no bare Chinese in a component.
 */

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const SOURCE = join(ROOT, "src");
const faults = [];

function flatten(node, path, into) {
  for (const [key, value] of Object.entries(node)) {
    const here = path === "" ? key : `${path}.${key}`;
    if (typeof value === "string") into.set(here, value);
    else flatten(value, here, into);
  }
  return into;
}

const read = (language) =>
  flatten(JSON.parse(readFileSync(join(SOURCE, "i18n", `${language}.json`), "utf8")), "", new Map());
const zh = read("zh");
const en = read("en");
const placeholders = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((it) => it[1]).sort().join();

for (const [ours, theirs, name] of [
  [zh, en, "en.json"],
  [en, zh, "zh.json"],
])
  for (const key of ours.keys()) if (!theirs.has(key)) faults.push(`${name} lacks ${key}`);
for (const [key, text] of zh) {
  if (text.trim() === "" || en.get(key)?.trim() === "") faults.push(`${key} is empty`);
  if (en.has(key) && placeholders(text) !== placeholders(en.get(key)))
    faults.push(`${key} has other placeholders in zh and en`);
}

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
  "models/passage.py": { PassageKind: "passage_kind", Way: "passage_way" },
  "models/patrol.py": { PoseTrust: "pose_trust" },
  "models/watching.py": { GapCause: "gap_cause" },
  "camera_gateway/patrol/status.py": { PatrolPhase: "patrol_phase" },
  "models/light.py": { Light: "light" },
  "models/calibration.py": { UnknownWhy: "pose_unknown" },
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

const used = new Set();
const spoken = new Set();
const prefixes = [];
for (const entry of readdirSync(SOURCE, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !/\.(vue|ts)$/.test(entry.name)) continue;
  const path = join(entry.parentPath ?? entry.path, entry.name);
  const text = readFileSync(path, "utf8");
  for (const [, key] of text.matchAll(/(?<![\w.])t\(\s*["']([\w.]+)["']/g)) {
    used.add(key);
    if (!zh.has(key)) faults.push(`${entry.name} asks for ${key}, which no language has`);
  }
  for (const [, key] of text.matchAll(/["']([a-z_]+\.[\w.]+)["']/g)) spoken.add(key);
  for (const [, prefix] of text.matchAll(/`([a-z_]+\.\w*)\$\{/g)) prefixes.push(prefix);
  if (entry.name.endsWith(".vue") && /[\u4e00-\u9fff]/.test(text))
    faults.push(`${entry.name} holds bare Chinese: move it into the language files`);
}

for (const key of zh.keys())
  if (!spoken.has(key) && !prefixes.some((prefix) => key.startsWith(prefix)))
    faults.push(`nobody asks for ${key}`);

if (faults.length > 0) {
  console.error(faults.join("\n"));
  process.exit(1);
}
console.log(`i18n: ${zh.size} keys in both languages, ${used.size} asked for`);
