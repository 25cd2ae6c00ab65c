export default { title: 'Parts/Step', component: 'agent-step' };

export const Boundary = { render: () => document.createElement('agent-step') };
