(() => {
  const form = document.forms[0]
  const visit = performance.getEntriesByType('navigation')[0]
  // Who reloads, or comes back by the browser's own button, presses: a page that sent them on again could not be left.
  if (!visit || visit.type === 'navigate') {
    form.classList.add('going')
    form.submit()
  }
  addEventListener('pageshow', (shown) => shown.persisted && form.classList.remove('going'))
})()
