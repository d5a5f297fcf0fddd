// SPDX-License-Identifier: ISC
// The page in Chromium: page.mjs URL MPTABLED SCREENSHOTS. Each use by mouse and by keyboard, what it shows against what the
// API says, hostile texts, axe-core, html-validate, and screenshots for people to look at. Prints TAP.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { HtmlValidate } from "html-validate";
import puppeteer from "puppeteer-core";

const [url, mptabled, screenshots] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const work = mkdtempSync("page-");
let count = 0, failed = 0;
mkdirSync(screenshots, { recursive: true });

function ok(good, name, ...notes) {
  console.log((good ? "ok " : "not ok ") + ++count + " - " + name);
  if (!good) failed++;
  if (!good) for (const note of notes) console.log("# " + JSON.stringify(note)?.slice(0, 1500));
}
const equal = (got, wanted, name) => ok(JSON.stringify(got) === JSON.stringify(wanted), name, "got", got, "wanted", wanted);

const api = async (path, options) => (await fetch(url + path, options)).json();
const image = topology => api("/v1/images", { method: "POST", body: JSON.stringify(topology), headers: { "Content-Type": "application/json" } });
const decoded = (bytes, query = "") =>
  api("/v1/decode" + query, { method: "POST", body: bytes, headers: { "Content-Type": "application/octet-stream" } });

/* Without a locale Chromium reads names of files as ASCII, and one of ours is not. */
const browser = await puppeteer.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"],
  env: { ...process.env, LC_ALL: "C.UTF-8" } });
const complaints = [], requests = new Set();

async function open(fragment = "", { width = 1440, height = 900, scheme = "light", at = url } = {}) {
  const page = await browser.newPage();
  page.on("console", message => complaints.push(message.text()));
  page.on("pageerror", error => complaints.push(error.message));
  page.on("request", request => requests.add(new URL(request.url()).origin));
  await page.evaluateOnNewDocument(() => addEventListener("securitypolicyviolation", e => console.error("policy " + e.violatedDirective)));
  await page.setViewport({ width, height });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  await page.goto(at + "/" + (fragment && "#" + encodeURIComponent(fragment)));
  return page;
}

const text = (page, selector) => page.$eval(selector, element => element.textContent);
const settled = (page, words) => page.waitForFunction(w => document.querySelector("#summary").textContent.includes(w), { timeout: 20000 }, words);
const shownBytes = page => page.$$eval("#map [data-at]", all => all.map(e => [Number(e.dataset.at), e.textContent]));
const name = pointer => "#f" + pointer.replaceAll("/", "\\/");

function bytesOf(reply) {
  const bytes = Buffer.from(reply.image, "base64");
  return reply.segments.flatMap(s => [...bytes.subarray(s.offset, s.offset + s.size)].map((byte, i) =>
    [Number(s.base) + i, byte.toString(16).padStart(2, "0")]));
}

async function put(page, pointer, value) {
  await page.focus(name(pointer));
  await page.$eval(name(pointer), input => input.select());
  await page.keyboard.type(String(value));
}

async function profiles(page) {
  const wrong = [], known = (await api("/v1/profiles")).profiles;
  for (const profile of known) {
    const cpus = Math.min(profile.max_cpus, profile.multiple_of || 2);
    const reply = await image({ profile: profile.name, cpus });
    await page.evaluate((p, c) => { location.hash = encodeURIComponent(JSON.stringify({ profile: p, cpus: c })); }, profile.name, cpus);
    await page.waitForFunction(digest => document.querySelector("#signature").textContent.includes(digest), { timeout: 20000 }, reply.sha256);
    const findings = await page.$$eval("#findings b", all => all.map(e => e.textContent));
    const fields = await page.$$eval("#map [data-at]", all => all.map(e => e.getAttribute("aria-label")));
    const named = fields.filter(label => /, (floating pointer|configuration table|[a-z ]+ \d+ [a-z_ ]+)/.test(label)).length;
    if (JSON.stringify(await shownBytes(page)) !== JSON.stringify(bytesOf(reply)) || named < 16 ||
        JSON.stringify(findings) !== JSON.stringify(reply.findings.map(f => f.rule))) wrong.push([profile.name, findings, named]);
  }
  ok(known.length > 40 && !wrong.length, "bytes and findings of all " + known.length + " profiles are the API's", wrong);
}

async function fields(page) {
  const reply = await image({ cpus: 4 }), wire = (await api("/v1/structures")).structures;
  const layout = (await decoded(Buffer.from(reply.image, "base64"), "?base=" + reply.base)).layout, wrong = [];
  const bytes = new Map(bytesOf(reply));
  await page.click("#map [data-at]");
  for (const [number] of bytesOf(reply)) {
    const item = layout.find(i => number >= Number(i.address) && number < Number(i.address) + i.size);
    const of = wire.find(s => s.name === item.name).fields.find(f => number - item.address >= f.offset && number - item.address < f.offset + f.size);
    const got = await text(page, "#field"), begin = Number(item.address) + of.offset;
    const value = Array.from({ length: of.size }, (_, i) => bytes.get(begin + of.size - 1 - i)).join("");
    if (!got.startsWith(item.name.replaceAll("_", " ") + (item.index === undefined ? "" : " " + item.index) + of.name.replaceAll("_", " ") + " = " +
        (of.kind === "text" || (of.kind === "made" && of.name === "signature") ? '"' : "0x" + value)) || !got.includes("MPS 1.4")) wrong.push([number, got]);
    await page.keyboard.press("ArrowRight");
  }
  ok(!wrong.length, "each byte tells its structure, field and value, by keyboard", wrong.slice(0, 3));
  await page.keyboard.press("Home");
  equal(await page.evaluate(() => document.activeElement.dataset.at), String(0x9fc00), "Home goes to the first byte");
  await page.hover("#map [data-at='" + (0x9fc10 + 38) + "']");
  ok((await text(page, "#field")).includes("local apic address"), "pointing at a byte tells its field");
  await page.click("#entries li:nth-child(3) button");
  equal(await page.$eval("#map [tabindex='0']", e => Number(e.dataset.at)), Number(layout[2].address), "an entry leads to its bytes, by mouse");
  await page.focus("#entries li:nth-child(4) button");
  await page.keyboard.press("Enter");
  equal(await page.$eval("#map [tabindex='0']", e => Number(e.dataset.at)), Number(layout[3].address), "and by keyboard");
  const entry = await page.evaluate(() => {
    const wire = document.querySelector("#picture").shadowRoot.querySelectorAll("[data-entry]")[3];
    wire.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    return Number(wire.dataset.entry);
  });
  equal(await page.$eval("#map [tabindex='0']", e => Number(e.dataset.at)), Number(layout.find(i => i.index === entry).address),
    "a line of the wiring leads to its bytes");
}

async function form(page) {
  await put(page, "/cpus", 300);
  await settled(page, "Refused");
  ok(await page.$eval(name("/cpus"), e => e.getAttribute("aria-invalid")) === "true" && (await text(page, "#e\\/cpus")).includes("255") &&
     (await text(page, "#alert")).includes("/cpus"), "a refusal stands beside its input and is announced", await text(page, "#alert"));
  await put(page, "/cpus", 3);
  await page.waitForFunction(() => document.querySelector("#alert").textContent === "" && document.querySelector("#json").value.includes("3"));
  await page.waitForFunction(() => [...document.querySelectorAll("#entries li")].filter(e => e.textContent.startsWith("processor")).length === 3);
  ok(true, "three CPUs typed by keyboard are three entries");
  ok((await text(page, "#curl")).includes("'{\"cpus\":3}'") && (await text(page, "#ctl")).includes("mptablectl get"), "the commands have the same request",
    await text(page, "#curl"));
  const add = (await page.$$("button")).filter(Boolean);
  for (const button of add) if ((await button.evaluate(b => b.textContent)) === "Add to processors") { await button.click(); break; }
  await page.waitForFunction(() => document.querySelector("#json").value.includes("apic_id"));
  await page.waitForFunction(() => [...document.querySelectorAll("#entries li")].filter(e => e.textContent.startsWith("processor")).length === 1);
  ok(true, "a list of processors takes the place of their number");
  await page.focus("#json");
  await page.$eval("#json", e => e.select());
  await page.keyboard.type('{"cpus":');
  await page.waitForFunction(() => document.querySelector("#json-error").textContent.includes("not JSON"));
  ok(true, "what is not JSON is told beside it");
  await page.keyboard.type('2,"colour":1}');
  await page.waitForFunction(() => document.querySelector("#json-error").textContent.includes("/colour"));
  ok(true, "and a member that there is not");
  await page.$eval("#json", e => e.select());
  await page.keyboard.type('{"cpus":4}');
  await page.waitForFunction(() => document.querySelector("#alert").textContent === "" && document.querySelector("#signature").textContent.length > 0);
}

async function findings(page) {
  const reply = await image({ profile: "volt", cpus: 2 });
  for (const way of ["mouse", "keyboard"]) {
    if (way === "mouse") await page.click("#findings button");
    else { await page.focus("#findings button"); await page.keyboard.press("Enter"); }
    const at = await page.$eval("#map [tabindex='0']", e => Number(e.dataset.at));
    equal(at, Number(reply.findings[0].address), "a finding leads to its bytes, by " + way);
    ok(await page.evaluate(() => document.activeElement.id === "f/io_interrupts"), "and to the member of the form");
  }
}

async function files(page) {
  const reply = await image({ profile: "qemu", cpus: 2 }), other = await image({ profile: "qemu", cpus: 3 });
  const bytes = Buffer.from(reply.image, "base64");
  const write = (file, data) => { writeFileSync(join(work, file), data); return join(work, file); };
  const names = { bin: write("a.bin", bytes), other: write("b.bin", Buffer.from(other.image, "base64")),
    json: write("t.json", '{"profile":"qemu","cpus":2}'), reply: write("r.json", JSON.stringify(reply)),
    hexdump: write("h.txt", await (await fetch(url + "/v1/images?format=hex&cpus=2&profile=qemu")).text()),
    dump: write("dump", Buffer.concat([Buffer.alloc(0x9fc00), bytes])), none: write("none.bin", Buffer.alloc(64)),
    hostile: write("hostile\u202e.bin", hostileTable(bytes)), many: write("many.bin", Buffer.alloc(65536, "_MP_\0")) };
  const input = await page.$("#file");
  for (const file of ["bin", "reply", "hexdump", "dump"]) {
    await input.uploadFile(names[file]);
    await settled(page, names[file].split("/").pop() + ":");
    equal((await page.$$("#entries li")).length, reply.entries + 2, "opened: " + file);
    if (file !== "hexdump") equal(await shownBytes(page), bytesOf(reply), "and its bytes");
  }
  await input.uploadFile(names.none);
  await settled(page, "cannot be shown");
  ok((await text(page, "#alert")).length > 5, "a file without a table is refused in words", await text(page, "#alert"));
  await input.uploadFile(names.bin, names.other);
  await page.waitForFunction(() => !document.querySelector("#difference-title").hidden);
  ok((await page.$$("#difference tbody tr")).length >= 1 && (await page.$$("#map .other")).length > 1, "two files: their difference");
  await page.evaluate(data => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([Uint8Array.from(data)], "dropped.bin"));
    dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
  }, [...bytes]);
  await settled(page, "dropped.bin");
  ok(true, "a file is dropped");
  await input.uploadFile(names.hostile);
  await settled(page, "hostile\\u202e.bin:");
  ok(!(await page.$("#entries b, #entries script, #picture script")) && (await text(page, "#entries")).includes("<b>"), "markup in a table stays text");
  await input.uploadFile(names.many);
  await settled(page, "many.bin");
  ok(true, "64 KiB of _MP_");
  await page.click("#close");
  await page.waitForFunction(() => document.querySelector("#opened").hidden);
  await input.uploadFile(names.json);
  await page.waitForFunction(() => document.querySelector("#json").value.includes("qemu"));
  ok(true, "a topology becomes the request");
}

/* A table whose bus is called <b>, with its sum put right */
function hostileTable(bytes) {
  const table = Buffer.from(bytes), end = 16 + table.readUInt16LE(20), bus = table.indexOf("ISA", 60);
  table.write("<b>PCI", bus, 6, "latin1");
  table.write("<script>", 24, 8);
  table[23] = 0;
  table[23] = -table.subarray(16, end).reduce((sum, byte) => sum + byte, 0) & 255;
  return table;
}

async function take(page) {
  const client = await page.createCDPSession(), folder = join(process.cwd(), work, "downloads");
  mkdirSync(folder);
  await client.send("Browser.setDownloadBehavior", { behavior: "allow", downloadPath: folder });
  const wanted = { bin: "mptable.bin", minisig: "mptable.bin.minisig", elf: "mptable.elf", hex: "mptable.hex", json: "mptable.json", svg: "wiring.svg" };
  const topology = JSON.parse(await page.$eval("#json", e => e.value));
  for (const [format, file] of Object.entries(wanted)) {
    await page.focus("#take-" + format);
    await page.keyboard.press("Enter");
    for (let i = 0; i < 400 && !readdirSync(folder).includes(file); i++) await new Promise(resolve => setTimeout(resolve, 50));
    const got = readFileSync(join(folder, file));
    const reply = format === "svg" ? null : Buffer.from(await (await fetch(url + "/v1/images?format=" + format, { method: "POST",
      body: JSON.stringify(topology), headers: { "Content-Type": "application/json" } })).arrayBuffer());
    ok(reply ? reply.equals(got) : got.toString().startsWith("<svg "), "taken away: " + format, got.length);
  }
  const drawn = await text(page, "#signature");
  await put(page, "/context", "drawn-again");
  await page.focus("#take-elf");
  await page.waitForFunction(before => document.querySelector("#signature").textContent !== before, {}, drawn);
  equal(await page.evaluate(() => document.activeElement.id), "take-elf", "a new drawing leaves the focus on its button");
  topology.context = "drawn-again";
  await page.click("#take-link");
  const link = await page.evaluate(() => location.hash);
  equal(JSON.parse(decodeURIComponent(link.slice(1))), topology, "the link holds the topology");
}

async function guarded() {
  writeFileSync(join(work, "tokens"), "a-token-for-the-browser\n", { mode: 0o600 });
  const daemon = spawn(mptabled, ["--listen", "127.0.0.1:0", "--token-file", join(work, "tokens")],
    { env: { ...process.env, XDG_STATE_HOME: join(process.cwd(), work) }, stdio: ["ignore", "ignore", "pipe"] });
  const at = await new Promise(resolve => daemon.stderr.on("data", data => {
    const found = /event=listening address=(\S+)/.exec(data);
    if (found) resolve("http://" + found[1]);
  }));
  const before = complaints.length, page = await open("", { at });
  await page.waitForSelector("#token-dialog[open]");
  ok(!(await page.$("#map [data-at]")), "without a token nothing is shown, and one is asked for");
  await page.keyboard.type("a-token-for-the-browser");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#map [data-at]");
  ok((await text(page, "#curl")).includes("$TOKEN") && !(await page.content()).includes("a-token-for"), "with it the table is; the token is in no text");
  complaints.splice(before, complaints.length, ...complaints.slice(before).filter(c => !c.includes("401")));
  await page.close();
  daemon.kill();
}

async function looks() {
  const rows = [["light", "", {}], ["dark", "", { scheme: "dark" }], ["narrow", "", { width: 360, height: 740 }],
    ["254-cpus", '{"profile":"qemu","cpus":254}', {}], ["volt", '{"profile":"volt","cpus":2}', {}]];
  for (const [label, fragment, how] of rows) {
    const page = await open(fragment, how);
    await page.waitForSelector("#map [data-at]");
    await page.click("#map [data-at]");
    await page.screenshot({ path: join(screenshots, label + ".png"), fullPage: true });
    await page.evaluate(axe);
    const found = await page.evaluate(async () => (await axe.run()).violations.map(v => [v.id, v.nodes.map(n => n.html.slice(0, 120)).slice(0, 3)]));
    equal(found, [], "axe-core finds nothing: " + label);
    ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "no wider than the window: " + label);
    if (label === "volt") ok((await text(page, "#findings")).includes("irq0-extint-only"), "the error of volt is visible");
    await page.close();
  }
}

async function html() {
  const source = await (await fetch(url + "/", { headers: { Accept: "text/html" } })).text();
  const report = await new HtmlValidate({ extends: ["html-validate:recommended"] }).validateString(source);
  equal(report.results.flatMap(r => r.messages.map(m => [m.ruleId, m.message, m.line])), [], "html-validate finds nothing");
}

const page = await open('{"cpus":4,"context":"<script>alert(1)</script>"}');
await page.waitForFunction(() => document.querySelector("#e\\/context")?.textContent.length > 0);
ok(!(await page.$("#form script")) && await page.$eval("#f\\/context", e => e.value.startsWith("<script>")), "markup in the fragment stays text");
complaints.splice(0, complaints.length, ...complaints.filter(c => !c.includes("422")));
await page.evaluate(() => { location.hash = encodeURIComponent('{"cpus":4}'); });
await page.waitForFunction(() => document.querySelector("#signature").textContent.length > 0);
const steps = { fields, form, files, take, profiles };
for (const [label, step] of Object.entries(steps))
  await step(page).catch(error => ok(false, label + " ends", error.message));
const volt = await open('{"profile":"volt","cpus":2}');
await volt.waitForSelector("#findings button");
await findings(volt).catch(error => ok(false, "findings ends", error.message));
for (const step of [guarded, looks, html]) await step().catch(error => ok(false, step.name + " ends", error.message));
const kept = complaints.filter(c => !/status of (400|422)/.test(c)); // the browser tells of each refusal that was provoked
equal(kept, [], "no complaint on the console, no violation of the policy");
ok([...requests].every(origin => origin === "null" || /^http:\/\/127\.0\.0\.1:/.test(origin)), "no request to another origin", [...requests]);
await browser.close();
rmSync(work, { recursive: true });
console.log("1.." + count);
process.exitCode = failed ? 1 : 0;
