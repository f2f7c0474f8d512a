import { svelte } from '@sveltejs/vite-plugin-svelte';
import vue from '@vitejs/plugin-vue';

const isCustomElement = (tag) => tag.startsWith('byo-');

export default {
  plugins: [vue({ template: { compilerOptions: { isCustomElement } } }), svelte()],
  build: { rollupOptions: { input: ['vue.html', 'svelte.html'] } },
};
