"""A bot on aiogram with Shaodao in it: /ping is its own, the rest is Shaodao's."""

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import Command

from bot.mounting import Mounted

shaodao = Mounted("config.toml")
server = TelegramAPIServer.from_base(shaodao.telegram.base_url)
dispatcher = Dispatcher()
dispatcher.message.register(lambda message: message.answer("pong"), Command("ping"))
dispatcher.include_router(shaodao.channel.router())  # last
dispatcher.startup.register(shaodao.start)
dispatcher.shutdown.register(shaodao.stop)
dispatcher.run_polling(Bot(shaodao.telegram.token, session=AiohttpSession(api=server)))
