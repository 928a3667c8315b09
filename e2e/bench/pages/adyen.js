// Adyen Web Drop-in as a merchant bundles it who wants four ways to pay by code: only their components are in it.
import { AdyenCheckout, Dropin, DuitNow, PayNow, PromptPay, WeChat } from '@adyen/adyen-web'
import '@adyen/adyen-web/styles/adyen.css'
import { settings } from './adyen-settings.js'

const checkout = await AdyenCheckout(settings)
new Dropin(checkout, { paymentMethodComponents: [WeChat, PromptPay, PayNow, DuitNow] }).mount('#checkout')
