// Asks WeChat's own bridge for the money, once, and goes back to the checkout whatever it says: how the payment stands is the
// server's to tell. The bridge comes with WeChat's browser, sometimes a moment after the page; where none comes, the checkout
// shows the ways that are left.
const { request, checkout } = document.querySelector('main').dataset
const back = () => location.replace(checkout)
let waiting = setTimeout(back, 5000)

const ask = () => {
  if (!waiting) return
  clearTimeout(waiting)
  waiting = 0
  WeixinJSBridge.invoke('getBrandWCPayRequest', JSON.parse(request), back)
}

if (window.WeixinJSBridge) ask()
else document.addEventListener('WeixinJSBridgeReady', ask)
