import { LabIcon } from '@jupyterlab/ui-components';

/** Bars on one clock. */
export const sessionsIcon = new LabIcon({
  name: 'ws-notebook:sessions',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16">
  <g class="jp-icon3" fill="#616161">
    <rect x="1.5" y="2.5" width="8" height="2.6" rx="1"/>
    <rect x="5" y="6.7" width="6" height="2.6" rx="1"/>
    <rect x="8" y="10.9" width="6.5" height="2.6" rx="1"/>
  </g>
</svg>`
});
