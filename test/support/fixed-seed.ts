// Properties run with the same seed each time, so that a change is judged by the change; PROPERTY_SEED searches further.
import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env['PROPERTY_SEED'] ?? 20_261_123) });
