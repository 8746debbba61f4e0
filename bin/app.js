import './node-check.js';

await import('./app.ts');
