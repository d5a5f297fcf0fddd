"use strict";
/* The page posts topologies and bytes to the API and draws the replies. It neither encodes nor judges: values, places,
   findings, verdicts and the wiring come from the API, fields and their places from /v1/structures. */

const $ = id => document.getElementById(id);
const kinds = ["floating_pointer", "configuration_table", "processor", "bus", "io_apic", "io_interrupt", "local_interrupt"];
const extended = ["address_space", "bus_hierarchy", "address_space_modifier"];
const first = ["profile", "cpus", "irqs", "context", "memory_size", "bios_data_area", "processors", "pci_interrupts", "placement"];
const elsewhere = ["entries", "patches", "oem_table_bytes", "extended"]; // long lists, and bytes: only as JSON
const linesAtFirst = 512;

let token = "";
let api = null;              // the API document
let structures = new Map();  // name -> its structure in /v1/structures
let profiles = [];
let topology = { cpus: 4 };
let view = null;             // what is shown: ranges, reading, image, file
let cells = new Map();       // address -> its cell
let pinned = null, turn = 0, timer = 0;

function make(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {}))
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== undefined && value !== null) element.setAttribute(key, value);
  element.append(...children.filter(child => child !== null && child !== undefined));
  return element;
}

const hex = (number, width) => number.toString(16).padStart(width, "0");
const address = number => "0x" + hex(number, 1);
// A character that can be invisible, or turn the direction of text, is written as its code point.
const plain = text => String(text).replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g,
  c => "\\u" + hex(c.charCodeAt(0), 4));

/* The API */

class Refusal extends Error {
  constructor(status, problem) {
    super(problem.detail || problem.title || "status " + status);
    this.status = status;
    this.problem = problem;
  }
}

async function ask(path, { body, type, accept = "application/json" } = {}) {
  const headers = { Accept: accept };
  if (token) headers.Authorization = "Bearer " + token;
  if (type) headers["Content-Type"] = type;
  let reply;
  try {
    reply = await fetch(path, { method: body === undefined ? "GET" : "POST", headers, body, cache: "no-store", redirect: "error" });
  } catch {
    throw new Refusal(0, { detail: "The daemon does not answer. Is it still running?" });
  }
  if (reply.ok) return reply;
  const problem = await reply.json().catch(() => ({}));
  if (reply.status === 401) askForToken();
  throw new Refusal(reply.status, problem);
}

const askJson = async (path, options) => (await ask(path, options)).json();
const octets = { type: "application/octet-stream" };
const decode = (bytes, query) => askJson("/v1/decode" + query, { body: bytes, ...octets });
const draw = async (bytes, query) => (await ask("/v1/decode" + query, { body: bytes, ...octets, accept: "image/svg+xml" })).text();
const postTopology = (query = "", accept) => ask("/v1/images" + query, { body: JSON.stringify(topology), type: "application/json", accept });

function askForToken() {
  if (!$("token-dialog").open) $("token-dialog").showModal();
  $("token").focus();
}

/* The form, from the schema of the request */

const at = (node, pointer) => pointer.split("/").slice(1).reduce((n, step) =>
  n && n[step.replaceAll("~1", "/").replaceAll("~0", "~")], node);

function resolve(schema) {
  while (schema && schema.$ref) schema = { ...at(api, schema.$ref.slice(1)), ...schema, $ref: undefined };
  return schema;
}

const alternatives = schema => [schema, ...(schema.anyOf || []), ...(schema.oneOf || [])].map(resolve);
const words = name => name.replaceAll("_", " ");

function put(pointer, value) {
  const steps = pointer.split("/").slice(1), last = steps.pop();
  const parents = [topology];
  for (const step of steps) {
    const node = parents.at(-1);
    if (node[step] === undefined) node[step] = {};
    parents.push(node[step]);
  }
  if (value === undefined) delete parents.at(-1)[last];
  else parents.at(-1)[last] = value;
  for (let i = steps.length; i-- > 0;)
    if (!Array.isArray(parents[i + 1]) && !Array.isArray(parents[i]) && Object.keys(parents[i + 1]).length === 0)
      delete parents[i][steps[i]];
}

function typed(text, schema) {
  if (text === "") return undefined;
  if (schema.type === "array") return text.split(/[\s,]+/).filter(Boolean);
  const integer = alternatives(schema).some(a => a.type === "integer" || (a.enum || []).some(v => typeof v === "number"));
  return integer && /^-?\d{1,15}$/.test(text) ? Number(text) : text;
}

function takeInput(pointer, schema, input) {
  put(pointer, input.type === "checkbox" ? input.checked || undefined
    : schema.type === "boolean" && input.value ? input.value === "true" : typed(input.value, schema));
  if (pointer === "/cpus" && topology.cpus !== undefined) { delete topology.processors; delete topology.entries; }
  changed(false);
}

function choices(schema, name) {
  if (schema.type === "boolean") return ["true", "false"];
  return schema.enum && alternatives(schema).length === 1 ? schema.enum : null;
}

function control(pointer, name, schema, value) {
  const id = "f" + pointer, options = choices(schema, name), take = () => takeInput(pointer, schema, $(id));
  const common = { id, "aria-describedby": "e" + pointer, onchange: take };
  if (schema.type === "boolean" && schema.default === false)
    return make("input", { ...common, type: "checkbox", checked: value === true });
  if (!options)
    return make("input", { ...common, oninput: take, spellcheck: "false", inputmode: schema.type === "integer" ? "numeric" : false,
      placeholder: schema.default, value: Array.isArray(value) ? value.join(", ") : value });
  return make("select", common, ...(name === "profile" ? [] : [make("option", { value: "" }, "as the profile")]),
    ...options.map(option => make("option", { value: option, selected: option === value || String(value) === String(option) ||
      (value === undefined && name === "profile" && option === schema.default) }, String(option))));
}

function field(pointer, name, schema) {
  schema = resolve(schema);
  const value = at(topology, pointer);
  const item = schema.type === "array" && resolve(schema.items || {});
  if (schema.properties) return group(pointer, name, schema);
  if (item && item.properties) return list(pointer, name, item, value);
  const input = control(pointer, name, schema, value);
  return make("div", { class: input.type === "checkbox" ? "field check" : "field", title: schema.description },
    make("label", { for: "f" + pointer }, words(name)), input, make("p", { id: "e" + pointer, class: "error" }));
}

function group(pointer, name, schema) {
  return make("details", { class: "part", id: "f" + pointer, tabindex: "-1", title: schema.description, open: at(topology, pointer) !== undefined },
    make("summary", {}, words(name)), ...Object.entries(schema.properties).map(([member, of]) => field(pointer + "/" + member, member, of)),
    make("p", { id: "e" + pointer, class: "error" }));
}

function list(pointer, name, item, value) {
  const rows = Array.isArray(value) ? value : [];
  const add = make("button", { type: "button", onclick: () => addElement(pointer, item) }, "Add to " + words(name));
  return make("fieldset", { id: "f" + pointer, tabindex: "-1" }, make("legend", {}, words(name)),
    ...rows.slice(0, 64).map((_, i) => make("div", { class: "item", role: "group", "aria-label": words(name) + " " + i },
      ...Object.entries(item.properties).map(([member, of]) => field(pointer + "/" + i + "/" + member, member, of)),
      make("button", { type: "button", "aria-label": "Remove " + words(name) + " " + i, onclick: () => removeElement(pointer, i) },
        "Remove"), make("p", { id: "e" + pointer + "/" + i, class: "error" }))),
    rows.length > 64 ? make("p", { class: "hint" }, rows.length - 64 + " more: see the request") : null,
    make("p", { id: "e" + pointer, class: "error" }), add);
}

function addElement(pointer, item) {
  const rows = at(topology, pointer) || [], of = resolve(item.properties.apic_id || {});
  const id = of.type === "integer" && pointer === "/processors" ? { apic_id: Math.max(-1, ...rows.map(r => Number(r.apic_id) || 0)) + 1 } : {};
  put(pointer, [...rows, id]);
  if (pointer === "/processors") { delete topology.cpus; delete topology.topology; }
  changed(true);
  $("f" + pointer).querySelectorAll(".item")[rows.length]?.querySelector("input,select")?.focus();
}

function removeElement(pointer, i) {
  const rows = at(topology, pointer).filter((_, index) => index !== i);
  put(pointer, rows.length ? rows : undefined);
  if (pointer === "/processors" && !rows.length) topology.cpus = 1;
  changed(true);
  $("f" + pointer).lastElementChild.focus();
}

function showForm() {
  const members = resolve(api.components.schemas.Topology).properties;
  const open = $("more")?.open;
  const rest = Object.keys(members).filter(name => !first.includes(name) && !elsewhere.includes(name));
  $("form").replaceChildren(...first.map(name => field("/" + name, name, members[name])),
    make("details", { id: "more", open }, make("summary", {}, "More members"), ...rest.map(name => field("/" + name, name, members[name]))));
  const about = profiles.find(p => p.name === (topology.profile || "kvm"));
  if (about) $("e/profile").before(make("p", { class: "hint", id: "about" }, about.description + ", up to " + about.max_cpus + " CPUs"));
}

/* A refusal is shown beside the input that caused it, or beside its parent, or beside the JSON. */
function inputOf(pointer) {
  for (; pointer; pointer = pointer.slice(0, pointer.lastIndexOf("/")))
    if ($("f" + pointer)) return pointer;
  return "";
}

function reveal(element) {
  for (; element; element = element.parentElement) if (element.localName === "details") element.open = true;
}

function showErrors(refusal) {
  for (const element of document.querySelectorAll(".error")) element.textContent = "";
  for (const element of document.querySelectorAll("[aria-invalid]")) element.removeAttribute("aria-invalid");
  $("alert").textContent = refusal ? plain(refusal.message) : "";
  if (!refusal) return;
  const places = refusal.problem.errors || [];
  for (const { pointer = "", detail } of places) {
    const whole = decodeURIComponent(pointer.replace(/^#/, "")), place = inputOf(whole);
    const said = (place ? whole.slice(place.length) : whole) + " " + detail;
    if (place) reveal($("f" + place));
    (place ? $("f" + place) : $("json")).setAttribute("aria-invalid", "true");
    const note = place ? $("e" + place) : $("json-error");
    note.textContent = plain((note.textContent + " " + said).trim());
  }
  if (!places.length && refusal.status === 400) $("json-error").textContent = plain(refusal.message);
}

const quoted = text => "'" + text.replaceAll("'", "'\\''") + "'";

function showCommands() {
  const text = JSON.stringify(topology), server = location.origin;
  $("curl").textContent = "curl " + server + "/v1/images" + (token ? ' --oauth2-bearer "$TOKEN"' : "") + " --json " + quoted(text);
  $("ctl").textContent = "echo " + quoted(text) + " |\n  mptablectl get --server " + server +
    (token ? " --token-file token" : "") + " -p mptabled.pub -o image.bin -";
}

function changed(rebuild, keepJson) {
  if (rebuild) showForm();
  const about = $("about"), profile = profiles.find(p => p.name === (topology.profile || "kvm"));
  if (about && profile) about.textContent = profile.description + ", up to " + profile.max_cpus + " CPUs";
  if (!keepJson) $("json").value = JSON.stringify(topology, null, 1);
  showCommands();
  clearTimeout(timer);
  timer = setTimeout(build, 200);
}

function takeJson() {
  let value;
  clearTimeout(timer);
  try {
    value = JSON.parse($("json").value);
    if (!value || typeof value !== "object" || Array.isArray(value)) throw new Error("must be an object");
  } catch (error) {
    showErrors(new Refusal(400, { detail: "The request is not JSON: " + error.message }));
    $("json").setAttribute("aria-invalid", "true");
    return;
  }
  topology = value;
  changed(true, true);
}

/* A table: built from the request, or opened */

const fromBase64 = text => Uint8Array.from(atob(text), c => c.charCodeAt(0));
const placed = segments => "?base=" + segments.map(s => s.base).join(",") + "&size=" + segments.map(s => s.size).join(",");

async function viewImage(image) {
  const bytes = fromBase64(image.image), query = placed(image.segments);
  const [reading, picture] = await Promise.all([decode(bytes, query), draw(bytes, query)]);
  const ranges = image.segments.map(s => ({ base: Number(s.base), bytes: bytes.subarray(s.offset, s.offset + s.size) }));
  return { ranges, reading, picture, image, findings: image.findings, verdicts: image.verdicts };
}

async function build() {
  const mine = ++turn;
  try {
    const image = await (await postTopology()).json();
    const next = await viewImage(image);
    if (mine !== turn) return;
    showErrors(null);
    show(next);
  } catch (refusal) {
    if (mine !== turn) return;
    if (!(refusal instanceof Refusal)) throw refusal;
    showErrors(refusal);
    $("summary").textContent = "Refused" + (view ? "; what you see is the last table that was built" : "");
  }
}

/* The bytes of a file for which the reading has places; all bytes of a small file that lies in one place */
function rangesOf(bytes, reading) {
  const items = (reading.layout || []).filter(item => item.offset !== undefined).map(item =>
    ({ base: Number(item.address), offset: item.offset, end: item.offset + item.size }));
  if (!items.length) return [];
  const delta = items[0].base - items[0].offset;
  if (bytes.length <= 16384 && items.every(item => item.base - item.offset === delta) && delta >= 0) return [{ base: delta, bytes }];
  items.sort((a, b) => a.base - b.base);
  const ranges = [];
  for (const item of items) {
    const last = ranges.at(-1);
    if (last && last.base + last.end - last.offset === item.base && last.end === item.offset) last.end = item.end;
    else ranges.push({ ...item });
  }
  return ranges.map(r => ({ base: r.base, bytes: bytes.subarray(r.offset, r.end) }));
}

async function viewBytes(bytes, name, query = "") {
  const [reading, picture] = await Promise.all([decode(bytes, query), draw(bytes, query)]);
  return { ranges: rangesOf(bytes, reading), reading, picture, file: name, bytes, query, findings: reading.findings, verdicts: reading.verdicts };
}

function jsonOf(bytes) {
  const text = new TextDecoder().decode(bytes.subarray(0, 1 << 20));
  if (!/^\s*\{/.test(text)) return null;
  try { return JSON.parse(text); } catch { return null; }
}

/* Return: the view of a file; null when the file is a topology, which has become the request */
async function openOne(file, alone) {
  const bytes = new Uint8Array(await file.arrayBuffer()), json = jsonOf(bytes);
  if (!json) return viewBytes(bytes, file.name);
  if (json.image && json.segments) return viewBytes(fromBase64(json.image), file.name, placed(json.segments));
  const wanted = json.layout && json.topology ? json.topology : json;
  if (alone) {
    topology = wanted;
    view = null;
    changed(true);
    return null;
  }
  const image = await askJson("/v1/images", { body: JSON.stringify(wanted), type: "application/json" });
  return viewBytes(fromBase64(image.image), file.name, placed(image.segments));
}

async function openFiles(files) {
  const chosen = [...files].slice(0, 2), mine = ++turn;
  clearTimeout(timer);
  if (!chosen.length) return;
  try {
    const views = await Promise.all(chosen.map(file => openOne(file, chosen.length === 1)));
    if (mine !== turn || !views[0]) return;
    showErrors(null);
    show(views[0], views[1]);
    $("map").querySelector("[tabindex='0']")?.focus();
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    showErrors(refusal);
    $("summary").textContent = plain(chosen.map(f => f.name).join(", ")) + ": cannot be shown";
  }
}

/* Showing */

const kindClass = name => "k" + (kinds.includes(name) ? kinds.indexOf(name) : extended.includes(name) ? 7 : 8);

function itemAt(number) {
  return (view.reading.layout || []).find(item => number >= Number(item.address) && number < Number(item.address) + item.size);
}

function fieldAt(item, number) {
  const offset = number - Number(item.address), of = structures.get(item.name);
  return of && of.fields.find(f => offset >= f.offset && offset < f.offset + f.size);
}

function byteAt(number) {
  const range = view.ranges.find(r => number >= r.base && number < r.base + r.bytes.length);
  return range && range.bytes[number - range.base];
}

function marks() {
  const hurt = new Set(), other = new Set();
  for (const finding of view.findings) {
    const start = Number(finding.address), item = itemAt(start), of = item && fieldAt(item, start);
    if (finding.address) for (let i = 0; i < (finding.field && of ? of.size : item ? item.size : 1); i++) hurt.add(start + i);
  }
  for (const number of view.differing || []) other.add(number);
  return { hurt, other };
}

function cell(number, byte, mark) {
  if (byte === undefined) return make("span", { class: "byte none", role: "gridcell" });
  const item = itemAt(number), of = item && fieldAt(item, number), start = item && Number(item.address) === number;
  const classes = ["byte", item ? kindClass(item.name) : "", start ? "first" : "", of && /checksum/.test(of.name) ? "sum" : "",
    mark.hurt.has(number) ? "hurt" : "", mark.other.has(number) ? "other" : ""];
  const label = hex(byte, 2) + " at " + address(number) + (item ? ", " + words(item.name) + " " + (item.index ?? "") + " " +
    (of ? words(of.name) : "") : "") + (mark.hurt.has(number) ? ", has a finding" : "") + (mark.other.has(number) ? ", differs" : "");
  const element = make("span", { class: classes.filter(Boolean).join(" "), role: "gridcell", tabindex: "-1", "data-at": number,
    "aria-label": label }, hex(byte, 2));
  cells.set(number, element);
  return element;
}

function line(range, start, mark) {
  const row = make("div", { class: "line", role: "row" }, make("span", { class: "address", role: "rowheader" }, hex(start, 5)));
  for (let i = 0; i < 16; i++) row.append(cell(start + i, range.bytes[start + i - range.base], mark));
  return row;
}

function showMap(all) {
  const mark = marks(), rows = [];
  let left = all ? Infinity : linesAtFirst;
  cells = new Map();
  for (const range of view.ranges)
    for (let start = range.base - range.base % 16; start < range.base + range.bytes.length; start += 16)
      if (left-- > 0) rows.push(line(range, start, mark));
  if (left < 0)
    rows.push(make("div", { role: "row" }, make("span", { role: "gridcell" }, make("button", { type: "button", onclick: () => showMap(true) },
      "Show " + -left + " more lines"))));
  if (!rows.length) rows.push(make("div", { role: "row" }, make("span", { role: "gridcell" }, "The API gives no addresses for these bytes.")));
  $("map").replaceChildren(...rows);
  $("map").querySelector("[data-at]")?.setAttribute("tabindex", "0");
  const present = new Set((view.reading.layout || []).map(item => item.name));
  $("legend").replaceChildren(...[...present].map(name => make("li", {}, make("i", { class: kindClass(name) }), words(name))),
    make("li", {}, make("b", { class: "sum" }, "00"), " sum"));
}

function valueOf(of, start) {
  const bytes = Array.from({ length: of.size }, (_, i) => byteAt(start + i));
  if (bytes.includes(undefined)) return "not in the bytes";
  if (of.kind === "text" || (of.meaning || "").startsWith("the letters")) return JSON.stringify(String.fromCharCode(...bytes)).replace(/[\x7f-\xff]/g, c => "\\u" + hex(c.charCodeAt(0), 4));
  const number = bytes.reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n);
  return "0x" + hex(number, 2 * of.size) + (number > 9n ? " = " + number : "");
}

function showField(number) {
  const item = itemAt(number), of = item && fieldAt(item, number), about = item && structures.get(item.name);
  const about_here = view.findings.filter(f => Number(f.address) >= (item ? Number(item.address) : number) &&
    Number(f.address) < (item ? Number(item.address) + item.size : number + 1));
  const start = of ? Number(item.address) + of.offset : number;
  $("field").replaceChildren(
    make("b", {}, item ? words(item.name) + (item.index === undefined ? "" : " " + item.index) : "outside every structure"),
    make("p", { class: "value mono" }, of ? words(of.name) + " = " + valueOf(of, start) : "byte 0x" + hex(byteAt(number) ?? 0, 2)),
    make("p", { class: "small" }, of && of.meaning ? of.meaning : ""),
    make("p", { class: "small muted" }, address(start) + (of && of.size > 1 ? " to " + address(start + of.size - 1) : "") +
      (about ? ", " + about.section : "")),
    ...about_here.map(f => make("p", { class: "small" }, make("span", { class: "tag " + f.severity }, f.severity), f.rule)));
}

function clear(name) {
  for (const element of document.querySelectorAll("." + name)) element.classList.remove(name);
}

function highlight(number) {
  const item = itemAt(number), of = item && fieldAt(item, number);
  clear("here");
  clear("near");
  const start = Number(item ? item.address : number), size = item ? item.size : 1;
  for (let i = 0; i < size; i++) {
    const inField = !item || !of || (i >= of.offset && i < of.offset + of.size);
    cells.get(start + i)?.classList.add(of && inField || start + i === number ? "here" : "near");
  }
  showField(number);
}

function choose(number, focus) {
  if (!cells.has(number) && view.ranges.some(r => number >= r.base && number < r.base + r.bytes.length)) showMap(true);
  const element = cells.get(number), item = itemAt(number);
  if (!element) return;
  pinned = number;
  $("map").querySelector("[tabindex='0']")?.setAttribute("tabindex", "-1");
  element.setAttribute("tabindex", "0");
  highlight(number);
  if (focus) element.focus();
  else element.scrollIntoView({ block: "nearest" });
  clear("chosen");
  const index = item ? view.reading.layout.indexOf(item) : -1, entry = $("entries").children[index];
  entry?.firstElementChild.classList.add("chosen");
  if (entry) $("entries").scrollTop = entry.offsetTop - $("entries").offsetTop - $("entries").clientHeight / 2;
  chooseLine(item);
}

function showEntries() {
  const entries = view.reading.topology.entries || [], base = (view.reading.layout || []).filter(i => i.type < 128).length;
  $("entries").replaceChildren(...(view.reading.layout || []).map(item => {
    const entry = item.index === undefined ? null : entries[item.type >= 128 ? base + item.index : item.index];
    const says = entry ? Object.entries(entry).filter(([key]) => key !== "entry").map(([key, value]) =>
      words(key) + " " + (typeof value === "object" ? JSON.stringify(value) : value)).join(", ") : item.address + ", " + item.size + " bytes";
    return make("li", {}, make("button", { type: "button", onclick: () => choose(Number(item.address), false) },
      make("i", { class: kindClass(item.name) }), words(item.name) + (item.index === undefined ? "" : " " + item.index),
      make("small", {}, plain(says))));
  }));
}

function showFindings() {
  const rows = view.findings.map(f => {
    const place = view.file ? "" : inputOf(f.pointer || "");
    const hurts = f.consumers.map(c => c.name + ": " + c.effect).join(", ");
    const should = f.expected === undefined ? "" : " Expected: " + f.expected + ".";
    return make("li", {}, make("button", { type: "button", onclick: () => chooseFinding(f, place) },
      make("span", { class: "tag " + f.severity }, f.severity), make("b", {}, f.rule),
      make("small", {}, plain(f.detail + "." + should) + (hurts ? " " + hurts + "." : "")),
      place ? make("small", {}, "Member of the request: " + place.slice(1)) : null));
  });
  $("findings").replaceChildren(...(rows.length ? rows : [make("li", { class: "muted small" }, "None.")]));
}

function chooseFinding(finding, place) {
  if (finding.address) choose(Number(finding.address), !place);
  if (!place) return;
  reveal($("f" + place));
  $("f" + place).focus();
}

const isError = effect => ["not-found", "refuses", "crashes", "cpu-lost", "interrupt-lost"].includes(effect);

function showVerdicts() {
  $("verdicts").replaceChildren(...view.verdicts.map(v => {
    const state = v.verdict === "takes" ? (isError(v.worst) ? "warn" : "good") : v.verdict === "unknown" ? "" : "bad";
    const more = [v.verdict === "takes" ? v.processors + " CPUs" : "", v.worst && v.worst !== v.verdict ? v.worst : "",
      v.needs ? "tell: " + v.needs.join(", ") : ""].filter(Boolean).join(", ");
    return make("li", { class: state }, make("b", {}, v.consumer), v.verdict, more ? make("span", { class: "small" }, " · " + more) : "");
  }));
}

function showSignature() {
  const signature = view.image?.signature;
  $("signature-title").hidden = $("signature").hidden = !signature;
  if (!signature) return;
  const claims = signature.trusted_comment.split(" ").map(word => word.split(/=(.*)/s));
  const long = { sha256: "SHA-256 of the bytes", size: "bytes", load: "load address", fp: "floating pointer", ctx: "context",
    nonce: "nonce", iat: "signed at", exp: "expires at" };
  const rows = [["key", signature.key_id], ...claims.map(([name, value]) => value === undefined ? ["format", name] :
    [long[name] || name, value === "-" ? "none" : /^(iat|exp)$/.test(name) ? new Date(value * 1000).toISOString() : value])];
  $("signature").replaceChildren(...rows.flatMap(([name, value]) => [make("dt", {}, name), make("dd", { class: "mono" }, plain(value))]));
}

/* The picture is in a shadow tree, with a style of its own. */
function showPicture() {
  const host = $("picture"), shadow = host.shadowRoot || host.attachShadow({ mode: "open" }), sheet = new CSSStyleSheet();
  let style = "";
  const text = view.picture.replace(/<style>([^<]*)<\/style>/, (_, rules) => { style = rules; return ""; });
  const svg = document.importNode(new DOMParser().parseFromString(text, "image/svg+xml").documentElement, true);
  sheet.replaceSync(style + ":host{overflow:auto}svg{display:block}.l{cursor:pointer}.l:hover,.l.on{stroke-width:5}");
  shadow.adoptedStyleSheets = [sheet];
  shadow.replaceChildren(svg);
  svg.addEventListener("click", event => {
    const entry = event.target.closest("[data-entry]")?.getAttribute("data-entry");
    const item = entry && view.reading.layout.find(i => i.index === Number(entry) && i.type < 128);
    if (item) choose(Number(item.address), true);
  });
}

function chooseLine(item) {
  const root = $("picture").shadowRoot;
  root?.querySelector(".on")?.classList.remove("on");
  if (item && item.index !== undefined && item.type < 128) root?.querySelector("[data-entry='" + item.index + "']")?.classList.add("on");
}

function compare(one, two) {
  const counts = new Map();
  for (const entry of two.reading.topology.entries || []) {
    const key = JSON.stringify(entry);
    counts.set(key, (counts.get(key) || 0) + 1);
  }
  const missing = [];
  for (const entry of one.reading.topology.entries || []) {
    const key = JSON.stringify(entry);
    if (counts.get(key)) counts.set(key, counts.get(key) - 1);
    else missing.push(key);
  }
  const added = [...counts].flatMap(([key, count]) => Array(count).fill(key));
  const rest = Object.keys({ ...one.reading.topology, ...two.reading.topology }).filter(key => key !== "entries").map(key =>
    [key, JSON.stringify(one.reading.topology[key]), JSON.stringify(two.reading.topology[key])]).filter(([, a, b]) => a !== b);
  const differing = [], bytesOf = v => new Map(v.ranges.flatMap(r => [...r.bytes].map((byte, i) => [r.base + i, byte])));
  const other = bytesOf(two);
  for (const [number, byte] of bytesOf(one)) if (other.get(number) !== byte) differing.push(number);
  return { differing, rows: [...rest, ...missing.map(key => ["entry", key, ""]), ...added.map(key => ["entry", "", key])] };
}

function showDifference(one, two) {
  $("difference-title").hidden = !two;
  $("difference").replaceChildren();
  if (!two) return;
  const { differing, rows } = compare(one, two);
  one.differing = differing;
  $("difference").append(make("p", { class: "small" }, rows.length || differing.length
    ? rows.length + " members and entries differ, and " + differing.length + " bytes at the same addresses, which are framed."
    : "The two are the same."));
  if (rows.length)
    $("difference").append(make("table", {}, make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "member"),
      make("th", { scope: "col" }, plain(one.file)), make("th", { scope: "col" }, plain(two.file)))),
    make("tbody", {}, ...rows.slice(0, 500).map(([name, a, b]) => make("tr", {}, make("th", { scope: "row" }, name),
      make("td", { class: "mono" }, plain(a ?? "")), make("td", { class: "mono" }, plain(b ?? "")))))));
}

/* Saving and sharing */

function save(blob, name) {
  const link = make("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  say(name + " saved");
}

function say(text) {
  $("summary").textContent = plain(text);
}

async function takeFormat(format, suffix) {
  try {
    save(await (await postTopology("?format=" + format)).blob(), "mptable." + suffix);
  } catch (refusal) {
    showErrors(refusal);
  }
}

async function takeLink() {
  const url = location.href.split("#")[0] + "#" + encodeURIComponent(JSON.stringify(topology));
  history.replaceState(null, "", url);
  await navigator.clipboard?.writeText(url).catch(() => {});
  say("The address of this page now holds the request; it never leaves the browser.");
}

function showTake() { // the buttons stay while they mean the same, so that a new drawing takes the focus from none of them
  const kind = view.file ? "file" : "request";
  if ($("take").dataset.kind === kind) return;
  $("take").dataset.kind = kind;
  const button = (name, onclick) => make("button", { type: "button", onclick, id: "take-" + name }, name);
  const formats = [["bin", "bin"], ["minisig", "bin.minisig"], ["elf", "elf"], ["hex", "hex"], ["json", "json"]];
  const own = view.file ? [button("json", () => save(new Blob([JSON.stringify(view.reading.topology, null, 1)]), "topology.json"))]
    : [...formats.map(([format, suffix]) => button(format, () => takeFormat(format, suffix))), button("link", takeLink)];
  $("take").replaceChildren(...own, button("svg", () => save(new Blob([view.picture], { type: "image/svg+xml" }), "wiring.svg")));
}

function useOpened() {
  topology = structuredClone(view.reading.topology);
  changed(true);
  $("json").focus();
}

function showSummary() {
  const errors = view.findings.filter(f => f.severity === "error").length, r = view.reading;
  const size = view.ranges.reduce((sum, range) => sum + range.bytes.length, 0);
  say((view.file ? view.file + ": " : "") + (size ? size + " bytes, " : "") + "floating pointer at " + r.floating_pointer +
    ", table at " + r.configuration_table + ", " + (r.topology.entries || []).length + " entries, " +
    (errors ? errors + (errors === 1 ? " error" : " errors") : "no errors"));
  $("opened").hidden = !view.file;
  if (view.file)
    $("opened").replaceChildren("You see ", make("b", {}, plain(view.file)), ", not the request below. ",
      make("button", { type: "button", id: "use", onclick: useOpened }, "Make it the request"), " ",
      make("button", { type: "button", id: "close", onclick: build }, "Close it"));
}

function show(next, second) {
  view = next;
  pinned = null;
  showDifference(next, second);
  showMap(false);
  showEntries();
  showFindings();
  showVerdicts();
  showSignature();
  showPicture();
  showTake();
  showSummary();
  $("field").replaceChildren(make("p", { class: "muted" }, "Point at a byte, or move to one with the keyboard, to see what it is."));
}

/* Events */

function moveInMap(event) {
  const number = Number(event.target.dataset.at), order = [...cells.keys()], here = order.indexOf(number);
  const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -16, ArrowDown: 16, PageUp: -256, PageDown: 256 };
  let to;
  if (here < 0 || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key in steps) to = order[Math.max(0, Math.min(order.length - 1, here + steps[event.key]))];
  else if (event.key === "Home") to = order[0];
  else if (event.key === "End") to = order.at(-1);
  else if (event.key === "Enter" || event.key === " ") to = number;
  else return;
  event.preventDefault();
  choose(to, true);
}

$("map").addEventListener("keydown", moveInMap);
$("map").addEventListener("focusin", event => event.target.dataset.at && highlight(Number(event.target.dataset.at)));
$("map").addEventListener("click", event => event.target.dataset.at && choose(Number(event.target.dataset.at), true));
$("map").addEventListener("mouseover", event => event.target.dataset.at && highlight(Number(event.target.dataset.at)));
$("map").addEventListener("mouseleave", () => pinned !== null && highlight(pinned));
$("request").addEventListener("submit", event => { event.preventDefault(); clearTimeout(timer); build(); });
$("json").addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(takeJson, 300); });
$("file").addEventListener("change", () => openFiles($("file").files).finally(() => { $("file").value = ""; }));
$("token-show").addEventListener("click", askForToken);
$("token-dialog").addEventListener("close", () => { token = $("token").value.trim(); $("token").value = ""; start(); });
addEventListener("hashchange", () => { if (takeFragment()) changed(true); });
for (const name of ["dragenter", "dragover"])
  addEventListener(name, event => { event.preventDefault(); $("drop").hidden = false; });
addEventListener("dragleave", event => { if (!event.relatedTarget) $("drop").hidden = true; });
addEventListener("drop", event => { event.preventDefault(); $("drop").hidden = true; openFiles(event.dataTransfer.files); });

function takeFragment() {
  try {
    const value = JSON.parse(decodeURIComponent(location.hash.slice(1)));
    if (!value || typeof value !== "object" || Array.isArray(value)) return false;
    topology = value;
    return true;
  } catch {
    return false;
  }
}

async function start() {
  try {
    const [document_, known, wire] = await Promise.all(["/openapi.json", "/v1/profiles", "/v1/structures"].map(path => askJson(path)));
    api = document_;
    profiles = known.profiles;
    structures = new Map(wire.structures.map(structure => [structure.name, structure]));
    showErrors(null);
    changed(true);
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    if (refusal.status !== 401) showErrors(refusal);
    $("summary").textContent = refusal.status === 401 ? "A token is needed" : "Nothing can be shown";
  }
}

takeFragment();
start();
