"Everything pip needs to know, read from settings.ini"
import re, tomllib
from configparser import ConfigParser
from pathlib import Path

from setuptools import setup

here = Path(__file__).parent
cfg = ConfigParser(delimiters='=', interpolation=None)
cfg.read(here/'settings.ini', encoding='utf-8')
pkg = cfg['package']
lines = lambda s: s.strip().splitlines()
repo = tomllib.loads((here/'pyproject.toml').read_text(encoding='utf-8'))['project']['urls']['Repository']
readme = (here/'README.md').read_text(encoding='utf-8')   # read far from the repository, too
readme = re.sub(r'(!\[[^]]*\]\()(?!https?:)', rf'\1{repo}/raw/main/', readme)
readme = re.sub(r'(\]\()(?!https?:|#)', rf'\1{repo}/blob/main/', readme)

setup(
    version=re.search(r'__version__ = "(.+)"', (here/'enhance_nb/__init__.py').read_text(encoding='utf-8'))[1],
    description=pkg['description'],
    long_description=readme,
    long_description_content_type='text/markdown',
    author=pkg['author'],
    license=pkg['license'],
    keywords=pkg['keywords'].split(),
    classifiers=['Framework :: Jupyter', 'Topic :: Scientific/Engineering :: Image Processing'],
    python_requires='>=' + pkg['min_python'],
    packages=['enhance_nb'],
    include_package_data=False,   # package_data says it all
    package_data={'enhance_nb': ['weights/*/*']},
    install_requires=lines(pkg['requirements']),
    extras_require={k: lines(v) for k, v in cfg['extras'].items()},
    entry_points={k: lines(v) for k, v in cfg['entry_points'].items()},
)
