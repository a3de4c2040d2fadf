import { PageHeader } from "@/components/PageHeader";

export default function Alpha() {
    return <PageHeader title="Alpha" />;
}
