"""A WeChat Official Account (公众号). See docs/channels/wechat.md."""
