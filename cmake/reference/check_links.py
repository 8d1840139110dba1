#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""check_links.py FOLDER: every link within the HTML files of the folder leads to a file and an anchor that exist."""
import html.parser
import pathlib
import sys
import urllib.parse


class Page(html.parser.HTMLParser):
    def __init__(self, path):
        super().__init__()
        self.links, self.anchors = [], set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name == "id" or (name == "name" and tag == "a"):
                self.anchors.add(value)
            elif name in ("href", "src") and value:
                self.links.append(value)


folder = pathlib.Path(sys.argv[1]).resolve()
pages = {path: Page(path) for path in sorted(folder.rglob("*.html"))}
checked, broken = 0, []
for path, page in pages.items():
    for link in page.links:
        target = urllib.parse.urlsplit(link)
        if target.scheme or target.netloc or target.fragment == "nested-classes":  # of lists that Doxygen leaves out
            continue
        checked += 1
        file = (path.parent / urllib.parse.unquote(target.path)).resolve() if target.path else path
        has_anchor = not target.fragment or file not in pages or urllib.parse.unquote(target.fragment) in pages[file].anchors
        if not file.exists() or not has_anchor:
            broken.append(f"{path.relative_to(folder)}: {link}")
print("\n".join(broken))
print(f"{checked:,} links in {len(pages):,} pages, {len(broken)} of them broken")
sys.exit(1 if broken or not pages else 0)
