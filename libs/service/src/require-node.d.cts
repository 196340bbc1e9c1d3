/** Ends the process with code 78 and one line on standard error when this Node is older than 22.18. */
export declare function requireNode(name: string): void
/** What to tell the person, or undefined when the version will do. */
export declare function nodeProblem(name: string, version: string): string | undefined
