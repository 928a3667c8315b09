/** Starts the page. */

import { createApp } from "vue";
import App from "./App.vue";

const root = document.querySelector<HTMLElement>("#root")!;
createApp(App, { ...root.dataset }).mount(root);
