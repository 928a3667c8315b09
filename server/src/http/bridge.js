// Asks the wallet's own bridge for the money, once, and goes back to the checkout whatever it says: how the payment stands is the
// server's to tell. The bridge comes with the wallet's browser, sometimes a moment after the page; where none comes, or none is known
// for the channel, the checkout shows the ways that are left.
const bridges = {
  wechatpay: ['WeixinJSBridge', 'invoke', 'getBrandWCPayRequest'],
  alipay: ['AlipayJSBridge', 'call', 'tradePay'],
}
const { channel, request, checkout } = document.querySelector('main').dataset
const [bridge, call, pay] = bridges[channel] || []
const back = () => location.replace(checkout)
let waiting = setTimeout(back, bridge ? 5000 : 0)

const ask = () => {
  if (!waiting) return
  clearTimeout(waiting)
  waiting = 0
  window[bridge][call](pay, JSON.parse(request), back)
}

if (window[bridge]) ask()
else document.addEventListener(`${bridge}Ready`, ask)
