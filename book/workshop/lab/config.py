"""Settings of JupyterLab for `make lab`: it opens the lessons, asks nothing, and marks none as changed before it is."""

from pathlib import Path

from ipykernel.ipkernel import IPythonKernel
from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager

AS_STORED = {"name": "python"}  # what the course's files say of their language


class QuietContents(AsyncLargeFileManager):
    """Hands out notebooks with the details of this Python, which JupyterLab would add, a change that nobody asked for.

    It takes them away again when it saves, so a diff shows what a person did.
    """

    async def get(self, path, content=True, **options):
        model = await super().get(path, content, **options)
        if content and model["type"] == "notebook" and model["content"].metadata.get("language_info") == AS_STORED:
            model["content"].metadata.language_info = IPythonKernel.language_info
        return model

    async def save(self, model, path=""):
        metadata = (model.get("content") or {}).get("metadata", {}) if model.get("type") == "notebook" else {}
        if metadata.get("language_info") == IPythonKernel.language_info:
            metadata["language_info"] = AS_STORED
        return await super().save(model, path)


c = get_config()  # noqa: F821  Jupyter gives it
c.ServerApp.root_dir = str(Path(__file__).parents[3])
c.ServerApp.contents_manager_class = QuietContents
c.QuietContents.hide_globs = ["__pycache__", "*.pyc", "*~", "assignlab"]  # the toolkit is not the learner's
c.LabApp.default_url = "/lab/tree/lessons"
c.LabApp.app_settings_dir = str(Path(__file__).parent)
