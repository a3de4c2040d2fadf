import js from "@eslint/js";
import prettier from "eslint-config-prettier";
import a11y from "eslint-plugin-jsx-a11y";
import hooks from "eslint-plugin-react-hooks";
import globals from "globals";
import ts from "typescript-eslint";

export default ts.config(
    { ignores: ["node_modules", "src/api/schema.d.ts"] },
    js.configs.recommended,
    {
        files: ["src/**/*.{ts,tsx}"],
        extends: [
            ...ts.configs.strictTypeChecked,
            a11y.flatConfigs.recommended,
            hooks.configs.flat["recommended-latest"],
        ],
        languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
        rules: {
            "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
            "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
            "jsx-a11y/no-autofocus": "off", // the first field of a dialog takes the focus, as WAI-ARIA asks
            "max-lines": ["error", 450],
            "no-console": "error",
        },
    },
    { files: ["scripts/**/*.mjs", "*.js"], languageOptions: { globals: globals.node } },
    prettier,
);
