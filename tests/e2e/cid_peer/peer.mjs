// The other side of run.sh: Helia's importer.
//
//     peer.mjs names FOLDER SIZE...   makes files of sample bytes, and prints `SIZE CID` for each
//     peer.mjs blocks FOLDER HOME     puts files of other shapes than ours into a store's folder, and
//                                     prints `CID FILE SHAPE` for each
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { importer } from 'ipfs-unixfs-importer'
import { fixedSize } from 'ipfs-unixfs-importer/chunker'
import { balanced, flat, trickle } from 'ipfs-unixfs-importer/layout'
import { MemoryBlockstore } from 'blockstore-core'
import { encode, prepare } from '@ipld/dag-pb'
import { CID } from 'multiformats/cid'
import { sha256 } from 'multiformats/hashes/sha2'

// What `ipfs add --cid-version 1` does.
const kubo = {
	cidVersion: 1,
	rawLeaves: true,
	chunker: fixedSize({ chunkSize: 262144 }),
	layout: balanced({ maxChildrenPerNode: 174 }),
	wrapWithDirectory: false
}

// The same bytes as tests/support/sample.h.
function sample(size) {
	const bytes = new Uint8Array(size)
	let state = 1
	for (let i = 0; i < size; i++) {
		state = (Math.imul(state, 1664525) + 1013904223) | 0
		bytes[i] = state >>> 24
	}
	return bytes
}

async function importFile(content, options, store, path = undefined) {
	let last
	for await (const entry of importer([{ content, path }], store, { ...kubo, ...options })) {
		last = entry
	}
	return last.cid
}

function putInHome(home, cid, bytes) {
	const name = cid.toV1().toString()
	const folder = join(home, 'blocks', name.slice(-3, -1))
	mkdirSync(folder, { recursive: true })
	writeFileSync(join(folder, name), bytes)
}

// Hands blocks through to the home, and keeps them for the importer, which reads them back.
class HomeBlockstore extends MemoryBlockstore {
	constructor(home) {
		super()
		this.home = home
	}

	async put(cid, bytes, options) {
		putInHome(this.home, cid, bytes)
		return super.put(cid, bytes, options)
	}
}

async function names(folder, sizes) {
	for (const size of sizes.map(Number)) {
		const bytes = sample(size)
		writeFileSync(join(folder, `sample-${size}`), bytes)
		console.log(size, (await importFile(bytes, {}, new MemoryBlockstore())).toString())
	}
}

const old = { cidVersion: 0, rawLeaves: false }
const shapes = [
	['bytes-inside-one-node', 1000, old],
	['no-bytes-in-a-node', 0, old],
	['nodes-as-leaves', 1000000, old],
	['raw-nodes-as-leaves', 1000000, { ...old, leafType: 'raw' }],
	['nodes-as-leaves-in-two-levels', 1000000, { ...old, chunker: fixedSize({ chunkSize: 4096 }) }],
	['trickle', 1000000, { ...old, layout: trickle(), chunker: fixedSize({ chunkSize: 1024 }) }],
	['trickle-with-raw-leaves', 1000000, { layout: trickle(), chunker: fixedSize({ chunkSize: 1024 }) }],
	['flat', 1000000, { layout: flat(), chunker: fixedSize({ chunkSize: 512 }) }],
	['a-mebibyte-a-chunk', 5000000, { chunker: fixedSize({ chunkSize: 1048576 }) }],
	['1024-links-a-node', 2000000,
		{ layout: balanced({ maxChildrenPerNode: 1024 }), chunker: fixedSize({ chunkSize: 1000 }) }],
	['one-leaf-under-a-node', 1000, { reduceSingleLeafToSelf: false }],
	['with-mode-and-time', 1000000, { ...old, mode: 0o755, mtime: { secs: 1n, nsecs: 5 } }],
	['two-levels-as-kubo-makes-them', 46000000, {}]
]

async function blocks(folder, home) {
	for (const [shape, size, options] of shapes) {
		const bytes = sample(size)
		const file = join(folder, shape)
		writeFileSync(file, bytes)
		const cid = await importFile(bytes, options, new HomeBlockstore(home))
		console.log(cid.toString(), file, shape)
	}
	// Not files: a folder, and dag-pb of another kind.
	const inside = await importFile(sample(10), { wrapWithDirectory: true },
		new HomeBlockstore(home), 'inside')
	console.log(inside.toString(), '-', 'a-directory')
	const bytes = encode(prepare({ Links: [], Data: new TextEncoder().encode('no unixfs') }))
	const cid = CID.createV1(0x70, await sha256.digest(bytes))
	putInHome(home, cid, bytes)
	console.log(cid.toString(), '-', 'dag-pb-of-another-kind')
}

const [what, folder, ...rest] = process.argv.slice(2)
await (what === 'names' ? names(folder, rest) : blocks(folder, rest[0]))
