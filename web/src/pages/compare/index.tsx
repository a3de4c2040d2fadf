import { PageHeader } from "@/components/PageHeader";

export default function Compare() {
    return <PageHeader title="Compare alphas" />;
}
