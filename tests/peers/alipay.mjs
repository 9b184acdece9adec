// An independent client of Alipay's open platform against the simulated Alipay: it signs, and checks what is signed.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

process.env.TZ = 'Asia/Shanghai' // its time stamps are the machine's own, and Alipay wants Beijing's
const { AlipaySdk } = createRequire(`${process.env.PEERS}/`)('alipay-sdk')
const [, , base, control, described] = process.argv
const { app_id, app_key, alipay_key } = JSON.parse(described)
const file = name => readFileSync(name.replace(/^file:/, ''), 'utf-8').trim()
const alipay = new AlipaySdk({
  appId: app_id, privateKey: file(app_key), keyType: 'PKCS8', alipayPublicKey: file(alipay_key),
  gateway: `${base}/gateway.do`, signType: 'RSA2', camelcase: false,
})
const results = {}

const hand = async (action, body = {}) => {
  const headers = { 'Content-Type': 'application/json' }
  return (await fetch(`${control}/do/${action}`, { method: 'POST', headers, body: JSON.stringify(body) })).json()
}
const ask = (method, biz_content) => alipay.exec(`alipay.trade.${method}`, { biz_content }, { validateSign: true })
const first = 'PEER000000001', second = 'PEER000000002'

results.code = await ask('precreate', { out_trade_no: first, total_amount: '128.40', subject: '燃气费' })
results.unscanned = await ask('query', { out_trade_no: first })
await hand('scan', { out_trade_no: first })
results.scanned = await ask('query', { out_trade_no: first })
await hand('pay', { out_trade_no: first })
results.paid = await ask('query', { out_trade_no: first })
results.refund = await ask('refund', {
  out_trade_no: first, refund_amount: '128.40', out_request_no: `${first}R1`, refund_reason: '退回',
})
results.refunded = await ask('fastpay.refund.query', { out_trade_no: first, out_request_no: `${first}R1` })
results.after = await ask('query', { out_trade_no: first })
await ask('precreate', { out_trade_no: second, total_amount: '1.00', subject: '燃气费' })
await hand('scan', { out_trade_no: second })
results.cancelled = await ask('cancel', { out_trade_no: second })
const pay = async (out_trade_no, auth_code) => ask('pay', {
  out_trade_no, scene: 'bar_code', auth_code, total_amount: '1.00', subject: '燃气费',
})
const { code } = await hand('show_code')
results.byCode = await pay('PEER000000003', code)
results.usedAgain = await pay('PEER000000004', code)
console.log(JSON.stringify(results))
