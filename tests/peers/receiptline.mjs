// An independent encoder of receipts against the simulated printer.
import { createRequire } from 'node:module'
import { connect } from 'node:net'

const receiptline = createRequire(`${process.env.PEERS}/`)('receiptline')
const [, , host, port, document] = process.argv
const commands = receiptline.transform(document, { cpl: 48, encoding: 'gb18030', command: 'escpos' })
const printer = connect({ host, port: Number(port) }, () => printer.end(Buffer.from(commands, 'latin1')))
printer.on('close', () => console.log('{}'))
