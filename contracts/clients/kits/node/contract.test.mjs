// The contract of {{title}} as a test of our own suite: node --test contract.test.mjs
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { dirname } from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'

test('our client keeps the contract', () => {
  const words = ['check', '{{vendor}}', '--client', 'node client.mjs', '--examples', '40']
  const done = spawnSync('mockservers', words, { cwd: dirname(fileURLToPath(import.meta.url)), encoding: 'utf8' })
  assert.equal(done.status, 0, done.error?.message ?? `${done.stdout}\n${done.stderr}`)
})
