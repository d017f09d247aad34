"""WeCom (企业微信): an app of a company's own. See docs/channels/wecom.md."""
