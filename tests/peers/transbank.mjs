// The official Node library's self-service dialect against the simulated card terminal. Prints what it understood.
import { createRequire } from 'node:module'

const { POSAutoservicio } = createRequire(`${process.env.PEERS}/`)('transbank-pos-sdk')
const [, , port, control] = process.argv
const results = {}

const hand = async (action, body = {}) => {
  const headers = { 'Content-Type': 'application/json' }
  return (await fetch(`${control}/do/${action}`, { method: 'POST', headers, body: JSON.stringify(body) })).json()
}

/** A sale during which somebody acts as soon as the terminal says `at`. */
const sale = (ticket, at, act) => {
  const steps = []
  const told = ({ responseCode }) => {
    steps.push(responseCode)
    if (responseCode === at) act()
  }
  return pos.sale(5000, ticket, true, true, told).then(answer => ({ ...answer, steps }))
}

const pos = new POSAutoservicio()
results.connected = await pos.connect(port)
results.keys = await pos.loadKeys()
results.nothing = await pos.getLastSale()
results.nothing_to_refund = await pos.refund()
results.cancelled = await sale('CANCEL', 78, () => hand('cancel'))
results.sale = await sale('ABC123', 78, () => hand('pay'))
results.last = await pos.getLastSale(true)
results.refund = await pos.refund()
results.refund_again = await pos.refund()
results.debit = await sale('DEBIT1', 78, () => hand('pay', { kind: 'debit' }))
results.refund_debit = await pos.refund()
results.initialized = await pos.initialization()
results.initialization = await pos.initializationResponse()
results.closed = await pos.closeDay(true)
results.emptied = await pos.getLastSale()
await pos.disconnect()
process.stdout.write(JSON.stringify(results), () => process.exit()) // it leaves timers of 150 s behind
