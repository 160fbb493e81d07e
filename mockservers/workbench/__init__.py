"""The workbench: the page at `/_mock/` by which people watch and steer the emulators.

`static/` is what runs in the browser: ES modules and a style sheet as they are, no build step, and nothing from elsewhere. It
speaks the control API as any program does. `files` hands it out, `stream` tells a reader what happens in a world, `reports`
lists reports of checks and rehearsals. Knows neither Flask nor aiohttp.
"""
