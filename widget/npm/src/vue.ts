/** `<FlorinCheckout>` and `<FlorinPart>` for Vue 3, on the server too. */

import { defineComponent, h, onMounted, shallowRef, watch, type PropType } from "vue";
import { attributesOf, attributesOfPart, eventNames, events, load, translate, type FlorinEvent, type PartProps } from "./element.js";
import type { FlorinCheckoutElement, FlorinOptions, FlorinPartElement } from "./index.js";

type Option<Name extends keyof FlorinOptions> = PropType<FlorinOptions[Name] | null>;

/** The checkout. Each event is given as the DOM's, with its `detail` and `preventDefault()`; `element` is exposed. */
export const FlorinCheckout = defineComponent({
  name: "FlorinCheckout",
  props: {
    sessionId: String as Option<"sessionId">,
    clientToken: String as Option<"clientToken">,
    locale: String as Option<"locale">,
    theme: String as Option<"theme">,
    mode: String as Option<"mode">,
    presentation: String as Option<"presentation">,
    apiBase: String as Option<"apiBase">,
    translations: Object as Option<"translations">,
    src: String,
    integrity: String,
  },
  emits: {
    ready: (_: FlorinEvent<"ready">) => true,
    methodChange: (_: FlorinEvent<"methodChange">) => true,
    action: (_: FlorinEvent<"action">) => true,
    fail: (_: FlorinEvent<"fail">) => true,
    cancel: (_: FlorinEvent<"cancel">) => true,
    success: (_: FlorinEvent<"success">) => true,
    expire: (_: FlorinEvent<"expire">) => true,
    close: (_: FlorinEvent<"close">) => true,
    error: (_: FlorinEvent<"error">) => true,
  },
  setup(props, { emit, expose, slots }) {
    const element = shallowRef<FlorinCheckoutElement>();
    expose({ element });
    onMounted(() => {
      const tell = emit as (name: string, event: Event) => void;
      for (const name of eventNames) element.value!.addEventListener(events[name], (event) => tell(name, event));
      watch(() => props.translations, (texts) => translate(element.value!, texts), { immediate: true, deep: true });
      watch(() => props.src, () => load(element.value!, props), { immediate: true });
    });
    return () => h("florin-checkout", { ...attributesOf(props), ref: element }, slots.default?.());
  },
});

type OfPart<Name extends keyof PartProps> = PropType<PartProps[Name]>;

/** A part of the checkout that says `mode="component"`, anywhere in the page; `element` is exposed. */
export const FlorinPart = defineComponent({
  name: "FlorinPart",
  props: {
    show: { type: String as unknown as OfPart<"show">, required: true },
    method: String as OfPart<"method">,
    only: String as OfPart<"only">,
    for: String as OfPart<"for">,
  },
  setup(props, { expose }) {
    const element = shallowRef<FlorinPartElement>();
    expose({ element });
    return () => h("florin-part", { ...attributesOfPart(props as PartProps), ref: element });
  },
});
