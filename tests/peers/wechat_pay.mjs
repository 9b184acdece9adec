// An independent client of WeChat Pay APIv3 against the simulated WeChat Pay: it signs, and checks what is signed.
import { createRequire } from 'node:module'

const { Wechatpay } = createRequire(`${process.env.PEERS}/`)('wechatpay-axios-plugin')
const [, , baseURL, control, described] = process.argv
const { appid, mchid, merchant_serial, merchant_key, platform_keys, notify_url } = JSON.parse(described)
const file = name => name.replace(/^file:/, 'file://')
const certs = Object.fromEntries(Object.entries(platform_keys).map(([id, name]) => [id, file(name)]))
const wechat = new Wechatpay({ mchid, serial: merchant_serial, privateKey: file(merchant_key), certs, baseURL })
const results = {}

const hand = async (action, body = {}) => {
  const headers = { 'Content-Type': 'application/json' }
  return (await fetch(`${control}/do/${action}`, { method: 'POST', headers, body: JSON.stringify(body) })).json()
}
const order = (out_trade_no, total) =>
  wechat.v3.pay.transactions.native.post({
    appid, mchid, out_trade_no, description: '燃气费', notify_url, amount: { total, currency: 'CNY' },
  })
const query = out_trade_no =>
  wechat.v3.pay.transactions.outTradeNo._out_trade_no_.get({ params: { mchid }, out_trade_no })

const { data: { code_url } } = await order('PEER000000001', 12840)
results.not_paid = (await query('PEER000000001')).data.trade_state
results.hand = await hand('pay', { code_url })
results.paid = (await query('PEER000000001')).data
results.refund = (await wechat.v3.refund.domestic.refunds.post({
  out_trade_no: 'PEER000000001', out_refund_no: 'PEER000000001R1', reason: '退回',
  amount: { refund: 12840, total: 12840, currency: 'CNY' },
})).data
await order('PEER000000002', 100)
results.closed = (await wechat.v3.pay.transactions.outTradeNo._out_trade_no_.close.post(
  { mchid }, { out_trade_no: 'PEER000000002' },
)).status
results.after_closing = (await query('PEER000000002')).data.trade_state
console.log(JSON.stringify(results))
