import { ErrorNotice } from "@/components/ErrorNotice";
import { PageHeader } from "@/components/PageHeader";

interface NotShownProps {
    /** The heading of the page. */
    page: string;
    /** What could not be shown. */
    title: string;
    query: { error: unknown; refetch: () => unknown };
}

/** A page whose subject could not be loaded: why, and once more. */
export function NotShown({ page, title, query }: NotShownProps) {
    return (
        <>
            <PageHeader title={page} />
            <ErrorNotice error={query.error} title={title} onRetry={() => void query.refetch()} />
        </>
    );
}
