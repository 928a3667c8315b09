/** `<FlorinCheckout>` and `<FlorinPart>` for React 18 and 19, on the server too. */

import { createElement, forwardRef, useEffect, useImperativeHandle, useLayoutEffect, useRef } from "react";
import type { DetailedHTMLProps, HTMLAttributes, ReactNode } from "react";
import { attributesOf, attributesOfPart, eventNames, events, load, translate } from "./element.js";
import type { CheckoutProps, EventName, FlorinEvent, PartProps } from "./element.js";
import type { FlorinCheckoutElement, FlorinOptions, FlorinPartElement, FlorinShow } from "./index.js";

/** `onSuccess`, `onMethodChange`, …: each is given the DOM event, with its `detail` and `preventDefault()`. */
export type FlorinHandlers = {
  [Name in EventName as `on${Capitalize<Name>}`]?: ((event: FlorinEvent<Name>) => void) | undefined;
};

export interface FlorinCheckoutProps extends CheckoutProps, FlorinHandlers {
  id?: string | undefined;
  className?: string | undefined;
  /** Shown until the script is there, and where it never comes: a link to the `session_url`, say. */
  children?: ReactNode;
}

/** A server has no layout, and React 18 says so aloud. */
const useCommit = typeof document === "undefined" ? useEffect : useLayoutEffect;

/** The checkout. Its `ref` is the element. */
export const FlorinCheckout = forwardRef<FlorinCheckoutElement, FlorinCheckoutProps>(function FlorinCheckout(props, ref) {
  const element = useRef<FlorinCheckoutElement>(null);
  const latest = useRef(props);
  useImperativeHandle(ref, () => element.current!, []);
  useCommit(() => {
    latest.current = props;
    translate(element.current!, props.translations);
  });
  useCommit(() => listen(element.current!, latest), []);
  useEffect(() => load(element.current!, latest.current), [props.src]);
  const { id, className, children } = props;
  return createElement("florin-checkout", { ...attributesOf(props), id, class: className, ref: element }, children);
});

export interface FlorinPartProps extends PartProps {
  id?: string | undefined;
  className?: string | undefined;
}

/** A part of the checkout that says `mode="component"`, anywhere in the page. Its `ref` is the element. */
export const FlorinPart = forwardRef<FlorinPartElement, FlorinPartProps>(function FlorinPart(props, ref) {
  const { id, className } = props;
  return createElement("florin-part", { ...attributesOfPart(props), id, class: className, ref });
});

/** Listens as long as the component is there, for the handlers of its last render. */
function listen(element: FlorinCheckoutElement, latest: { current: FlorinHandlers }): () => void {
  const ended = new AbortController();
  for (const name of eventNames) {
    const handler = `on${name[0]!.toUpperCase()}${name.slice(1)}` as keyof FlorinHandlers;
    const tell = (event: Event) => (latest.current[handler] as ((event: Event) => void) | undefined)?.(event);
    element.addEventListener(events[name], tell, { signal: ended.signal });
  }
  return () => ended.abort();
}

/** `<florin-checkout>` itself in JSX, with its attributes; React 19 takes `onflorin-success` there too. */
export interface FlorinCheckoutAttributes extends DetailedHTMLProps<HTMLAttributes<FlorinCheckoutElement>, FlorinCheckoutElement> {
  "session-id"?: string | undefined;
  "client-token"?: string | undefined;
  "api-base"?: string | undefined;
  locale?: string | undefined;
  theme?: FlorinOptions["theme"];
  mode?: FlorinOptions["mode"];
  presentation?: FlorinOptions["presentation"];
  class?: string | undefined;
}

/** `<florin-part>` in JSX: a piece of the checkout that says `mode="component"`. */
export interface FlorinPartAttributes extends DetailedHTMLProps<HTMLAttributes<FlorinPartElement>, FlorinPartElement> {
  show: FlorinShow;
  method?: string | undefined;
  only?: string | undefined;
  for?: string | undefined;
  class?: string | undefined;
}

declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
      "florin-checkout": FlorinCheckoutAttributes;
      "florin-part": FlorinPartAttributes;
    }
  }
}
