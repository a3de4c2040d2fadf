import Button from "@mui/material/Button";
import { Component, type ReactNode } from "react";

import { EmptyState } from "@/components/EmptyState";

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
        if (!error) return this.props.children;
        const stale = /dynamically imported module|module script/i.test(error.message);
        return (
            <EmptyState
                title={stale ? "This page has changed on the server" : "This part of the page has a defect"}
                action={
                    <Button variant="contained" onClick={() => window.location.reload()}>
                        Load again
                    </Button>
                }
            >
                {stale ? "A newer version was installed while it was open." : `What the browser says: ${error.message}`}
            </EmptyState>
        );
    }
}
