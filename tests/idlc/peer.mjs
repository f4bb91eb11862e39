// Reads definitions with the parser that the Bytecode Alliance's own tools are made of, and prints
// them again by it: what idlc makes of either text must be the same interface. And the words that
// one of the two takes for keywords are keywords to the other.
//
//     node peer.mjs TOOLS IDLC FOLDER FILE...
//
// TOOLS is the module with componentEmbed and its kin; FOLDER takes files on the way.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [toolsPath, idlc, folder, ...files] = process.argv.slice(2);
const tools = await import(pathToFileURL(toolsPath));

// The body of an interface, printed by the peer. Only what stands inside of a world is printed
// whole, so the body is put there.
async function printedByPeer(body) {
  const witSource = `package peer:check;\nworld probe { export probed: interface {${body}} }`;
  const module = await tools.componentEmbed({
    dummy: true,
    witSource,
    world: 'probe',
    features: { tag: 'all' },
  });
  const printed = await tools.componentWit(await tools.componentNew(module));
  return printed.slice(printed.indexOf('interface {') + 'interface {'.length, printed.lastIndexOf('}', printed.lastIndexOf('}') - 1));
}

function canonical(text, name) {
  const path = join(folder, name);
  writeFileSync(path, text);
  return execFileSync(idlc, ['canonical', path], { encoding: 'utf8' });
}

let passed = 0;
let failed = 0;
async function check(what, test) {
  let wrong;
  try {
    wrong = await test();
  } catch (error) {
    wrong = error.payload ?? error.message ?? String(error);
  }
  if (wrong) {
    failed++;
    console.log(`FAILED: ${what}: ${wrong}`);
  } else {
    passed++;
  }
}

for (const file of files) {
  await check(file, async () => {
    const ours = execFileSync(idlc, ['canonical', file], { encoding: 'utf8' });
    const name = ours.match(/^interface (\S+)/)[1];
    const source = readFileSync(file, 'utf8');
    // Types that come from another interface are not in the peer's print: it gets them written out.
    const text = /^\s*use /m.test(source) ? ours : source;
    const body = text.slice(text.indexOf('{', text.search(/^interface /m)) + 1, text.lastIndexOf('}'));
    const theirs = canonical(`interface ${name} {${await printedByPeer(body)}}`, 'printed.wit');
    return theirs === ours ? '' : `\n${ours}\nby way of the peer:\n${theirs}`;
  });
}

async function accepts(work) {
  try {
    await work();
    return true;
  } catch {
    return false;
  }
}

const words = `as async bool borrow char constructor enum error-context export f32 f64 flags from func
  future import include interface list map option own package record resource result s16 s32 s64 s8
  static stream string tuple type u16 u32 u64 u8 use variant with world float32 union unit get self
  version since feature external implements default end error a-1 sha-256 A-b a-B2 aB a--b a- a_b
  -a 1a`.split(/\s+/);
for (const word of words) {
  await check(`the name ${word}`, async () => {
    const body = ` ${word}: func(); `;
    const theirs = await accepts(() => printedByPeer(body));
    const ours = await accepts(() => {
      const path = join(folder, 'word.wit');
      writeFileSync(path, `interface words {${body}}`);
      execFileSync(idlc, ['hash', path], { stdio: 'ignore' });
    });
    return theirs === ours ? '' : `the peer ${theirs ? 'takes' : 'refuses'} it`;
  });
}

console.log(`${passed} passed, ${failed} failed, 0 skipped`);
process.exit(failed === 0 ? 0 : 1);
