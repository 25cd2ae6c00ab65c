declare module '*.vue' {
  import type { DefineComponent } from 'vue';

  const component: DefineComponent<Record<string, unknown>>;
  // biome-ignore lint/style/noDefaultExport: as the compiler of these files has it
  export default component;
}
