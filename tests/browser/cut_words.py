"""Scripts that return the words of a page of which a part is not seen."""

CUT_WORDS = """() => [...document.querySelectorAll('body *')].filter(element => {
    const style = getComputedStyle(element);
    const has_words = [...element.childNodes].some(
        node => node.nodeType === Node.TEXT_NODE && node.textContent.trim());
    const seen = element.getClientRects().length && element.clientWidth > 1;
    const cuts = ['hidden', 'clip'].includes(style.overflowX) && style.textOverflow !== 'ellipsis';
    return has_words && seen && cuts && element.scrollWidth > element.clientWidth + 1;
}).map(element => element.textContent.slice(0, 80))"""
"""Words that end at an edge without a sign that there is more."""

WORDS_BEYOND_CHARTS = """() => [...document.querySelectorAll('.js-plotly-plot')].flatMap(chart => {
    const edge = chart.getBoundingClientRect();
    return [...chart.querySelectorAll('text')].filter(words => {
        const box = words.getBoundingClientRect();
        const seen = box.width && getComputedStyle(words).visibility !== 'hidden';
        return seen && (box.left < edge.left - 1 || box.right > edge.right + 1);
    }).map(words => words.textContent);
})"""
"""Words of charts that begin or end beyond these."""
