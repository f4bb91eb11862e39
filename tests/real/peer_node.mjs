// Runs a module under Node's WASI, as a second opinion on what a program prints:
//
//     node --no-warnings tests/real/peer_node.mjs [--env NAME=VALUE]... [--dir HOST::GUEST]... MODULE [ARGUMENT]...
//
// The streams and the exit code pass through. The environment is empty but for what is given.
import { readFile } from 'node:fs/promises';
import { WASI } from 'node:wasi';

const words = process.argv.slice(2);
const env = {};
const preopens = {};
while (words[0] === '--env' || words[0] === '--dir') {
	const [option, word] = words.splice(0, 2);
	if (option === '--env') {
		const [name, ...value] = word.split('=');
		env[name] = value.join('=');
	} else {
		const [host, guest] = word.split('::');
		preopens[guest] = host;
	}
}
if (words.length === 0) {
	console.error('usage: peer_node.mjs [--env NAME=VALUE]... [--dir HOST::GUEST]... MODULE ...');
	process.exit(2);
}

const wasi = new WASI({ version: 'preview1', args: words, env, preopens, returnOnExit: true });
const module = await WebAssembly.compile(await readFile(words[0]));
/* Debian's Node 18 has no getImportObject yet. */
const imports = { wasi_snapshot_preview1: wasi.wasiImport };
const instance = await WebAssembly.instantiate(module, imports);
process.exitCode = wasi.start(instance);
