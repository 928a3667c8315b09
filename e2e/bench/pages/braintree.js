// Braintree Drop-in as its documents show it.
import dropin from 'braintree-web-drop-in'

await dropin.create({
  authorization: 'sandbox_f252zhq7_hh4cpc39zq4rgjcg',
  container: '#checkout',
  card: { cardholderName: false },
})
