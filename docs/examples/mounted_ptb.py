"""A bot on python-telegram-bot with Shaodao in it: /ping is its own, the rest is Shaodao's."""

from telegram import Update
from telegram.ext import Application, CommandHandler

from bot.mounting import Mounted


async def ping(update: Update, _context: object) -> None:
    await update.effective_chat.send_message("pong")


shaodao = Mounted("config.toml")
telegram = shaodao.telegram
builder = Application.builder().token(telegram.token).base_url(f"{telegram.base_url}/bot")
application = builder.post_init(shaodao.start).post_stop(shaodao.stop).build()
application.add_handler(CommandHandler("ping", ping))
application.add_handler(shaodao.channel.handler())  # last
application.run_polling()
