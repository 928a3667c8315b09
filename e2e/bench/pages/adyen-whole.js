// Adyen Web Drop-in with everything in it, as its `auto` entry gives it.
import { AdyenCheckout, Dropin } from '@adyen/adyen-web/auto'
import '@adyen/adyen-web/styles/adyen.css'
import { settings } from './adyen-settings.js'

new Dropin(await AdyenCheckout(settings)).mount('#checkout')
