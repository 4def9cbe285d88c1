/** Naive UI in the console's tokens. The same values are CSS variables in styles.css. */

import type { GlobalThemeOverrides } from "naive-ui";

export const THEME: GlobalThemeOverrides = {
  common: {
    fontFamily:
      '"Inter", "Noto Sans CJK SC", "Noto Sans SC", "PingFang SC", "Microsoft YaHei", system-ui, sans-serif',
    fontSize: "13px",
    fontSizeMedium: "13px",
    fontSizeSmall: "12px",
    primaryColor: "#4fc3b0",
    primaryColorHover: "#6fd4c3",
    primaryColorPressed: "#3ba795",
    primaryColorSuppl: "#3ba795",
    errorColor: "#ff7a6b",
    warningColor: "#f2cb4e",
    infoColor: "#5fb8f0",
    bodyColor: "#0c1214",
    cardColor: "#131c1f",
    modalColor: "#172225",
    popoverColor: "#1d2a2e",
    inputColor: "#0f1719",
    borderColor: "#2b3b40",
    dividerColor: "#233136",
    textColor1: "#eef4f3",
    textColor2: "#dbe5e4",
    textColor3: "#9db0b1",
    placeholderColor: "#7d9193",
    borderRadius: "6px",
    borderRadiusSmall: "4px",
  },
  Input: { border: "1px solid #34474d", color: "#0f1719" },
  InternalSelection: { border: "1px solid #34474d", color: "#0f1719" },
  Checkbox: { border: "1px solid #5b7177" },
  Button: { fontWeight: "500" },
};
