"""What WeChat and WeCom have in common: how their servers call ours."""
