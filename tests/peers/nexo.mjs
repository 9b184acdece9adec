// Adyen's own client of a terminal in the local network against the simulated one, sealed or plain.
import { createRequire } from 'node:module'

const require = createRequire(`${process.env.PEERS}/`)
const { Client, Config, EnvironmentEnum } = require('@adyen/api-library')
const [, , control, described] = process.argv
const { poi_id, sale_id, passphrase } = JSON.parse(described)
const sealed = Boolean(passphrase)
const service = sealed ? 'terminalLocalAPI' : 'terminalLocalAPIUnencrypted'
const { default: Local } = require(`@adyen/api-library/lib/src/services/${service}`)
const config = new Config({
  apiKey: 'none', environment: EnvironmentEnum.TEST, terminalApiLocalEndpoint: 'https://127.0.0.1',
  certificatePath: 'unencrypted', // its certificate is of a simulated terminal
})
const local = new Local(new Client(config))
const key = sealed && {
  Passphrase: require('node:fs').readFileSync(passphrase.replace(/^file:/, ''), 'utf-8'),
  KeyIdentifier: 'menkou', KeyVersion: 0, AdyenCryptoVersion: 1,
}
const results = {}
let number = 0

const hand = async (action, body = {}) => {
  const headers = { 'Content-Type': 'application/json' }
  return (await fetch(`${control}/do/${action}`, { method: 'POST', headers, body: JSON.stringify(body) })).json()
}
const header = (MessageCategory, ServiceID) => ({
  ProtocolVersion: '3.0', MessageClass: 'Service', MessageCategory, MessageType: 'Request',
  SaleID: sale_id, POIID: poi_id, ServiceID,
})
const ask = async (category, body, service_id = `N${++number}`) => {
  const message = { SaleToPOIRequest: { MessageHeader: header(category, service_id), [`${category}Request`]: body } }
  const answer = await (sealed ? local.request(message, key) : local.request(message))
  return answer.SaleToPOIResponse?.[`${category}Response`] ?? null
}
const payment = (TransactionID, RequestedAmount) => ({
  SaleData: { SaleTransactionID: { TransactionID, TimeStamp: new Date().toISOString() } },
  PaymentTransaction: { AmountsReq: { Currency: 'CNY', RequestedAmount } },
})
const reference = ServiceID => ({ MessageCategory: 'Payment', SaleID: sale_id, ServiceID })
const status = ServiceID => ask('TransactionStatus', { MessageReference: reference(ServiceID), ReceiptReprintFlag: false })
const words = ({ Response: { Result, ErrorCondition } }) => [Result, ErrorCondition ?? ''].join(' ').trim()

results.unknown = words(await status('PEER0'))
const paying = ask('Payment', payment('PEER-1', 128.4), 'PEER1')
await hand('pay')
const paid = await paying
results.paid = words(paid)
results.amount = paid.PaymentResult.AmountsResp.AuthorizedAmount
results.number = paid.POIData.POITransactionID.TransactionID
const known = await status('PEER1')
results.known = words(known)
results.repeated = words(known.RepeatedMessageResponse.RepeatedResponseMessageBody.PaymentResponse)
const aborted = ask('Payment', payment('PEER-2', 1), 'PEER2')
while (words(await status('PEER2')) !== 'Failure InProgress');
results.abort = await ask('Abort', { AbortReason: 'MerchantAbort', MessageReference: reference('PEER2') })
results.aborted = words(await aborted)
const { TransactionID, TimeStamp } = paid.POIData.POITransactionID
results.reversed = words(await ask('Reversal', {
  OriginalPOITransaction: { POITransactionID: { TransactionID, TimeStamp } },
  ReversalReason: 'MerchantCancel',
  SaleData: { SaleTransactionID: { TransactionID: 'PEER-1R', TimeStamp } },
}))
console.log(JSON.stringify(results))
