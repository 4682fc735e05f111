/** Scans of this sensor are of the capture that ships with Trespass: nobody is scanning. */
export const demonstrationSensor = 'demonstration';
