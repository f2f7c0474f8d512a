import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const { BACKEND = 'http://127.0.0.1:3001' } = process.env;

export default defineConfig({
  plugins: [react()],
  server: { proxy: { '/api': BACKEND } },
});
