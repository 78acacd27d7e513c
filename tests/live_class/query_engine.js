#!/usr/bin/env node
/*
Prisma's query engine for LiteLLM, where the program that Prisma downloads cannot be had: the same engine
in its WebAssembly form, which npm has, behind the HTTP interface that Python's Prisma talks to. For tests only.

  npm install --prefix ENGINE --ignore-scripts @prisma/client@5.17.0 @prisma/adapter-pg@5.17.0 pg@8 graphql@16
  export NODE_PATH=ENGINE/node_modules
  for kind in QUERY_ENGINE SCHEMA_ENGINE FMT; do export PRISMA_${kind}_BINARY=$PWD/tests/live_class/query_engine.js; done
  export PRISMA_QUERY_ENGINE_LIBRARY=$PRISMA_QUERY_ENGINE_BINARY DISABLE_SCHEMA_UPDATE=true

Then `prisma generate`, with `binaryTargets = ["native"]` in the schema, LiteLLM's migration files in their order
with `psql`, and the test.
*/
const fs = require('node:fs')
const http = require('node:http')

if (process.argv.includes('--version')) {
  console.log('query-engine 393aa359c9ad4a4bb28630fb5613f9c281cde053')
  process.exit(0)
}

const { parse, valueFromASTUntyped } = require('graphql')
const { PrismaPg } = require('@prisma/adapter-pg')
const { bindAdapter } = require('@prisma/driver-adapter-utils')
const { Pool } = require('pg')
const runtime = require('@prisma/client/runtime/query_engine_bg.postgresql.js')

const wasm = fs.readFileSync(require.resolve('@prisma/client/runtime/query_engine_bg.postgresql.wasm'))
const instance = new WebAssembly.Instance(new WebAssembly.Module(wasm), { './query_engine_bg.js': runtime })
runtime.__wbg_set_wasm(instance.exports)

const given = process.env.OVERWRITE_DATASOURCES
const url = (given ? JSON.parse(given)[0].url : process.env.DATABASE_URL).split('?')[0]
const datamodel = fs
  .readFileSync(process.env.PRISMA_DML_PATH, 'utf8')
  .replace(/generator client \{[^}]*\}/, 'generator client {\n provider = "prisma-client-js"\n previewFeatures = ["driverAdapters"]\n}')
const options = { datamodel, env: process.env, logQueries: false, ignoreEnvVarErrors: true, datasourceOverrides: {}, logLevel: 'error', configDir: '.', engineProtocol: 'json' }
const adapter = bindAdapter(new PrismaPg(new Pool({ connectionString: url, max: 20 })))
const engine = new runtime.QueryEngine(options, () => {}, adapter)

// Model -> names of its fields of the type Json, which the WebAssembly form wants marked.
const jsonFields = Object.fromEntries(
  [...datamodel.matchAll(/^model (\w+) \{([^]*?)^\}/gm)].map(([, model, body]) => [
    model,
    new Set([...body.matchAll(/^\s*(\w+)\s+Json\??(?!\w)/gm)].map((found) => found[1])),
  ]),
)
const ACTION = /^(findUniqueOrThrow|findUnique|findFirstOrThrow|findFirst|findMany|createOne|createManyAndReturn|createMany|updateOne|updateMany|deleteOne|deleteMany|upsertOne|aggregate|groupBy|queryRaw|executeRaw)(.*)$/

function marked(value, names) {
  if (Array.isArray(value)) return value.map((each) => marked(each, names))
  if (!value || typeof value !== 'object') return value
  const mark = (name, each) => (names.has(name) && typeof each === 'string' ? { $type: 'Json', value: each } : marked(each, names))
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, mark(name, each)]))
}

const argumentsOf = (node) => Object.fromEntries((node.arguments || []).map((each) => [each.name.value, valueFromASTUntyped(each.value)]))
const selectionOf = (set) =>
  set ? Object.fromEntries(set.selections.map((f) => [f.name.value, f.selectionSet ? { arguments: argumentsOf(f), selection: selectionOf(f.selectionSet) } : true])) : {}

function asked(field) {
  const [, action, model] = ACTION.exec(field.name.value)
  const query = { arguments: marked(argumentsOf(field), jsonFields[model] || new Set()), selection: selectionOf(field.selectionSet) }
  return { name: (field.alias || field.name).value, request: { action, query, ...(model && { modelName: model }) } }
}

function plain(value) {
  if (Array.isArray(value)) return value.map(plain)
  if (!value || typeof value !== 'object') return value
  if ('$type' in value) return value.$type === 'BigInt' ? Number(value.value) : value.value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each)]))
}

function raw(value) {
  if (!value || !value.types) return value
  const read = (each, i) => (value.types[i] === 'json' && typeof each === 'string' ? JSON.parse(each) : each)
  return { ...value, rows: value.rows.map((row) => row.map(read)) }
}

async function answer(text, transaction) {
  // The adapter cannot read the type `name` of PostgreSQL's own tables.
  const body = JSON.parse(text.replaceAll('ARRAY_AGG(viewname)', 'ARRAY_AGG(viewname::text)'))
  const fields = (body.batch || [body]).flatMap((each) => parse(each.query).definitions[0].selectionSet.selections.map(asked))
  const many = { batch: fields.map((each) => each.request), transaction: transaction ? undefined : { isolationLevel: null } }
  const said = JSON.parse(await engine.query(JSON.stringify(fields.length === 1 ? fields[0].request : many), '{}', transaction))
  if (said.errors) return said
  const results = fields.length === 1 ? [said] : said.batchResult
  const failed = results.find((each) => each.errors)
  if (failed) return failed
  const data = fields.map(({ name, request }, i) => {
    const value = Object.values(results[i].data)[0]
    return { [name]: request.action === 'queryRaw' ? raw(value) : plain(value) }
  })
  return body.batch ? { batchResult: data.map((each) => ({ data: each })) } : { data: Object.assign({}, ...data) }
}

async function route(request, text) {
  const step = /^\/transaction\/(?:([^/]+)\/)?(start|commit|rollback)$/.exec(request.url)
  if (request.url === '/status') return { status: 'ok' }
  if (step && step[2] === 'start') return JSON.parse(await engine.startTransaction(text, '{}'))
  if (step) return JSON.parse((await engine[`${step[2]}Transaction`](step[1], '{}')) || '{}')
  return answer(text, request.headers['x-transaction-id'])
}

const server = http.createServer((request, response) => {
  const parts = []
  request.on('data', (part) => parts.push(part)).on('end', async () => {
    let said
    try {
      said = await route(request, Buffer.concat(parts).toString())
    } catch (error) {
      said = { errors: [{ error: String(error), user_facing_error: { error_code: 'P2010', message: String(error) } }] }
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(said))
  })
})
const port = Number(process.argv[process.argv.indexOf('-p') + 1])
engine.connect('{}').then(() => server.listen(port, 'localhost'))
for (const stop of ['SIGINT', 'SIGTERM']) process.on(stop, () => process.exit(0))
