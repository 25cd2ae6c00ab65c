/** What a visitor may begin with: each shows another side of the demo's agent. */
export const suggestions = [
  { message: 'How do approvals work?', description: 'Searches the documents, quotes sources' },
  { message: 'What is (3 + 4) * 12 / sqrt(2)?', description: 'Thinks, then calculates with a tool' },
  { message: 'Plan a talk about transports', description: 'A plan, ticked off as it runs' },
  { message: 'Delete the note “Groceries”', description: 'Needs your permission' },
  { message: 'Ask me about elements', description: 'The agent asks back' },
  { message: 'Fail with a rate limit', description: 'An error, and a way to try again' },
] as const;
