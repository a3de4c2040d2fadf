import { Component, type ReactNode } from "react";

import { Broken } from "@/components/Broken";

interface ErrorBoundaryProps {
    children: ReactNode;
    /** When it changes, the children are tried again: e.g. the address. */
    resetOn?: string;
}

interface State {
    error: Error | null;
}

/** Keeps a defect of one part from taking the whole page down. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, State> {
    override state: State = { error: null };

    static getDerivedStateFromError(error: Error): State {
        return { error };
    }

    override componentDidUpdate(before: ErrorBoundaryProps): void {
        if (this.state.error && before.resetOn !== this.props.resetOn) this.setState({ error: null });
    }

    override render(): ReactNode {
        const { error } = this.state;
        return error ? <Broken error={error} /> : this.props.children;
    }
}
