// The other engine: runs packs that diff-run generates in V8 and prints what diff-run prints.
//
//     node peer.mjs run PACK          runs each entry
//     node peer.mjs validate PACK     prints whether each module is accepted
//
// world.h says what an import's name means; values and hashes must be made here as they are in
// world.c and run.c.

import { readFileSync, writeSync } from "node:fs";

const view = new DataView(new ArrayBuffer(8));

function bitsOfF32(number) {
	view.setFloat32(0, number);
	return Number.isNaN(number) ? 0x7fc00000 : view.getUint32(0);
}

function bitsOfF64(number) {
	view.setFloat64(0, number);
	return Number.isNaN(number) ? 0x7ff8000000000000n : view.getBigUint64(0);
}

function mix(hash, word) {
	hash = Math.imul(hash ^ word, 0x9e3779b1);
	return (hash ^ (hash >>> 15)) >>> 0;
}

function mixWide(hash, bits) {
	return mix(mix(hash, Number(bits & 0xffffffffn)), Number((bits >> 32n) & 0xffffffffn));
}

const knownIntegers = [0, 1, -1, 2, 7, 31, 255, 32768, 65535, 65536, 100000, 0x7fffffff, -1000, -2,
	-0x80000000, 0x01020304];
const knownNumbers = [0, -0, 1, -1, 0.5, 1.5, -2.5, 1e10, -1e10, Infinity, -Infinity, NaN, 3.140625,
	16777216, 2 ** -140, 2147483648];

const smallInteger = (seed) => (seed & 16 ? seed | 0 : knownIntegers[seed & 15]);
const knownNumber = (seed) => (seed & 16 ? (seed | 0) / 16 : knownNumbers[seed & 15]);

// A pair of modules, or one, and all that can be seen of it.
class World {
	constructor(modules) {
		this.modules = modules;
		this.instances = [];
		this.functions = [];
		this.signatures = [];
		this.numbers = new Map();
		this.hostHash = 0;
	}

	numberOf(reference) {
		if (reference === null) return 0;
		return this.numbers.get(reference) ?? 65535;
	}

	value(letter, seed) {
		switch (letter) {
			case "i":
				return smallInteger(seed);
			case "I":
				return seed & 32
					? BigInt.asIntN(64, (BigInt(mix(seed, 1)) << 32n) | BigInt(seed))
					: BigInt(smallInteger(seed));
			case "f":
			case "F":
				return knownNumber(seed);
			case "r":
				return seed % 6 === 0 ? null : seed % 6;
			default:
				seed %= this.functions.length + 1;
				return seed === 0 ? null : this.functions[seed - 1];
		}
	}

	mixValue(hash, letter, value) {
		switch (letter) {
			case "i":
				return mix(hash, value);
			case "I":
				return mixWide(hash, BigInt.asUintN(64, value));
			case "f":
				return mix(hash, bitsOfF32(value));
			case "F":
				return mixWide(hash, bitsOfF64(value));
			case "r":
				return mix(hash, value ?? 0);
			default:
				return mix(hash, this.numberOf(value));
		}
	}

	hostFunction(signature) {
		const [parameters, results] = signature.split(":");
		return (...values) => {
			let hash = this.hostHash;
			for (let i = 0; i < parameters.length; i++)
				hash = this.mixValue(hash, parameters[i], values[i]);
			hash = mix(hash, 7);
			this.hostHash = hash;
			if ((hash & 63) === 0) throw new HostTrap();
			const answers = [...results].map((letter, i) => this.value(letter, mix(hash, i)));
			return results.length === 1 ? answers[0] : answers;
		};
	}

	hostThing(kind, name) {
		const words = name.split(" ");
		const types = { i: "i32", I: "i64", f: "f32", F: "f64", c: "anyfunc", r: "externref" };
		switch (kind) {
			case "function":
				return this.hostFunction(words[1]);
			case "global":
				return new WebAssembly.Global({ value: types[words[1]], mutable: words[2] === "var" },
					words[1] === "c" ? null : this.value(words[1], Number(words[0].slice(1))));
			case "table":
				return new WebAssembly.Table({ element: types[words[1]], initial: Number(words[2]),
					maximum: Number(words[3]) }, ...(words[1] === "r" ? [null] : []));
			default:
				return new WebAssembly.Memory({ initial: Number(words[1]), maximum: Number(words[2]),
					shared: words[0] === "s" });
		}
	}

	instantiate() {
		for (const module of this.modules) {
			const host = {};
			for (const item of WebAssembly.Module.imports(module))
				if (item.module === "host") host[item.name] = this.hostThing(item.kind, item.name);
			const instance = new WebAssembly.Instance(module, { host, a: this.instances[0]?.exports });
			this.instances.push(instance);
			for (const [name, thing] of Object.entries(instance.exports))
				if (typeof thing === "function" && name[0] === "f") {
					this.functions.push(thing);
					this.signatures.push(name.split(" ")[1]);
					this.numbers.set(thing, this.functions.length);
				}
		}
	}

	state() {
		let memory = 0, globals = 0, tables = 0;
		for (const { exports } of this.instances)
			for (const [name, thing] of Object.entries(exports)) {
				const letter = name.split(" ")[1];
				if (thing instanceof WebAssembly.Memory) {
					for (const word of new Int32Array(thing.buffer)) memory = mix(memory, word);
					memory = mix(memory, thing.buffer.byteLength);
				} else if (thing instanceof WebAssembly.Table) {
					for (let i = 0; i < thing.length; i++)
						tables = this.mixValue(tables, letter, thing.get(i));
					tables = mix(tables, thing.length);
				} else if (thing instanceof WebAssembly.Global) {
					globals = this.mixValue(globals, letter, thing.value);
				}
			}
		const hex = (hash) => hash.toString(16).padStart(8, "0");
		return ` | memory ${hex(memory)} globals ${hex(globals)} tables ${hex(tables)}` +
			` host ${hex(this.hostHash)}`;
	}

	text(letter, value) {
		switch (letter) {
			case "i":
				return ` i${(value >>> 0).toString(16)}`;
			case "I":
				return ` I${BigInt.asUintN(64, value).toString(16)}`;
			case "f":
				return Number.isNaN(value) ? " fnan" : ` f${bitsOfF32(value).toString(16)}`;
			case "F":
				return Number.isNaN(value) ? " Fnan" : ` F${bitsOfF64(value).toString(16)}`;
			case "r":
				return ` r${(value ?? 0).toString(16)}`;
			default:
				return ` c${this.numberOf(value)}`;
		}
	}

	call(i, nextSeed) {
		const [parameters, results] = this.signatures[i].split(":");
		const values = [...parameters].map((letter) => this.value(letter, nextSeed()));
		this.instances[0].exports.refuel();
		const answer = this.functions[i](...values);
		const answers = results.length === 1 ? [answer] : [...(answer ?? [])];
		return [...results].map((letter, i) => this.text(letter, answers[i])).join("");
	}
}

class HostTrap extends Error {}

const trapTexts = [
	[/^unreachable/, "unreachable"],
	[/^memory access out of bounds/, "memory"],
	[/^table index is out of bounds|^table access out of bounds|element segment/, "table"],
	[/^null function or function signature mismatch/, "signature"],
	[/^operation does not support unaligned accesses/, "alignment"],
	[/^Atomics.wait cannot be called in this context/, "wait"],
	[/^divide by zero|^remainder by zero/, "zero"],
	[/^divide result unrepresentable|^float unrepresentable in integer range/, "number"],
];

function trapText(error) {
	if (error instanceof HostTrap) return "host";
	if (error instanceof RangeError && /call stack/.test(error.message)) return "stack";
	if (error instanceof WebAssembly.RuntimeError)
		for (const [pattern, text] of trapTexts) if (pattern.test(error.message)) return text;
	throw error;
}

const framesShown = 8;
Error.stackTraceLimit = framesShown + 4; // some are not WebAssembly's

// Functions and offsets in their modules, innermost first.
function placeOf(error) {
	return [...error.stack.matchAll(/wasm-function\[(\d+)\]:0x([0-9a-f]+)/g)].slice(0, framesShown)
		.map(([, index, offset]) => ` ${index}:${offset}`).join("");
}

function runWorld(bytes) {
	let world;
	try {
		world = new World(bytes.map((each) => new WebAssembly.Module(each)));
		world.instantiate();
	} catch (error) {
		if (error instanceof WebAssembly.CompileError) return [`is invalid: ${error.message}`];
		if (error instanceof WebAssembly.LinkError) return [`cannot be linked: ${error.message}`];
		if (error instanceof WebAssembly.RuntimeError || error instanceof HostTrap)
			return ["traps at its start"];
		throw error;
	}
	const lines = ["runs"];
	let seed = 1;
	const nextSeed = () => {
		seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
		return seed >>> 8;
	};
	for (let round = 0; round < 2; round++)
		for (let i = 0; i < world.functions.length; i++) {
			let outcome;
			try {
				outcome = world.call(i, nextSeed);
			} catch (error) {
				outcome = ` trap ${trapText(error)}${placeOf(error)}`;
			}
			lines.push(`call ${i}${outcome}${world.state()}`);
		}
	return lines;
}

function* entries(pack) {
	let at = 0;
	const u32 = () => pack.readUInt32LE((at += 4) - 4);
	while (at < pack.length) {
		const seed = u32();
		const modules = [];
		for (let count = u32(); count > 0; count--) {
			const size = u32();
			modules.push(pack.subarray(at, at + size));
			at += size;
		}
		yield { seed, modules };
	}
}

// Standard output may be a pipe, which takes only so much at a time.
function print(text) {
	const bytes = Buffer.from(text);
	for (let at = 0; at < bytes.length; ) at += writeSync(1, bytes, at);
}

const [command, path] = process.argv.slice(2);
for (const { seed, modules } of entries(readFileSync(path)))
	if (command === "run") print(`seed ${seed} ${runWorld(modules).join("\n")}\n`);
	else print(`seed ${seed} ${modules.every((each) => WebAssembly.validate(each))}\n`);
